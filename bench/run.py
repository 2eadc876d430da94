"""Runs the benchmarks of a folder and prints ratios to streams.

    python bench/run.py FOLDER OUT [FILTER]      FOLDER: with the executables bench_*; OUT: for their JSON"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path


def measure(program, out, wanted):
    pinned = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    options = ["--benchmark_repetitions=3", "--benchmark_min_time=0.05", "--benchmark_out_format=json", f"--benchmark_out={out}"]
    if wanted:
        options.append(f"--benchmark_filter=^stream|{wanted}")
    subprocess.run([*pinned, str(program), *options], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(out.read_text(encoding="utf-8"))["benchmarks"]


def best_of(runs):
    """By name: the repetition with the least CPU time. Checksums must be the same in all of them."""
    best, faults = {}, []
    for run in runs:
        name = run["name"]
        if run.get("run_type") != "iteration":
            continue
        if "error_message" in run:
            best[name] = run
            continue
        if name in best and best[name]["checksum"] != run["checksum"]:
            faults.append(f"{name}: another checksum in another repetition")
        if name not in best or run["items_per_second"] > best[name]["items_per_second"]:
            best[name] = run
    twins = {}
    for name, run in best.items():
        if "checksum" in run and "[" in name:
            twins.setdefault(re.sub(r" *\[.*?\]", "", name), set()).add(run["checksum"])
    faults += [f"{name}: the checksums differ" for name, sums in twins.items() if len(sums) > 1]
    return best, faults


def show(title, best):
    print(f"\n{title:<44}{'ns a row':>12}{'GB/s':>9}{'x stream':>11}{'  stream'}")
    for name, run in best.items():
        if "error_message" in run:
            print(f"  {name:<42}{'not run':>12}   {run['error_message']}")
            continue
        ns = 1e9 / run["items_per_second"]
        stream = best.get(run["label"])
        ratio = f"{ns * stream['items_per_second'] / 1e9:11.2f}" if stream else f"{'':11}"
        print(f"  {name:<42}{ns:12.2f}{run['bytes_per_second'] / 1e9:9.2f}{ratio}  {run['label'].removeprefix('stream ')}")


def main(folder, out, wanted=None):
    faults = []
    for program in sorted(p for p in Path(folder).glob("bench_*") if p.is_file()):
        best, wrong = best_of(measure(program, Path(out) / f"{program.name}.json", wanted))
        show(program.name, best)
        faults += wrong
    print("".join(f"\n{fault}" for fault in faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
