"""Times a task in Valorem and in its peers, and compares the answers. See bench/compare/run.

    python bench/compare/compare.py [FILTER]

Each figure is the least CPU time of a few runs, one thread. `differ` is the largest relative difference between the answers
over the rows where both are finite; `lost` counts the rows where the peer has none."""

from __future__ import annotations

import re
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
import peer_clvkit  # noqa: E402
import peer_lifetimes  # noqa: E402
import peer_marketing  # noqa: E402
from tasks import compared, least_time  # noqa: E402


def shown(seconds: float) -> str:
    return f"{1e9 * seconds:,.{1 if seconds < 1e-8 else 0}f} ns"


def main(wanted: str = "") -> int:
    slower = []
    for peer in (peer_lifetimes, peer_marketing, peer_clvkit):
        print(f"{peer.NAME:<52}{'ours':>12}{'theirs':>14}{'times':>10}{'differ':>10}{'lost':>8}")
        for task in peer.tasks():
            if not re.search(wanted, task.name):
                continue
            with np.errstate(all="ignore"):
                seconds, ours = least_time(task.ours)
                peer_seconds, theirs = least_time(task.theirs)
            differ, lost = compared(ours, theirs)
            if peer_seconds < seconds:
                slower.append(f"{task.name} ({peer.NAME})")
            print(f"{task.name:<52}{shown(seconds / task.rows):>12}{shown(peer_seconds / task.rows):>14}"
                  f"{peer_seconds / seconds:>10,.1f}{differ:>10.1e}{lost:>8,}", flush=True)  # fmt: skip
        print()
    print("slower than a peer: " + ("; ".join(slower) or "nothing"))
    return int(bool(slower))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
