"""The README shows examples/one_customer.cpp word for word, and the output that it prints.

    readme_test.py <README.md> <one_customer.cpp> <program>"""

import subprocess
import sys
from pathlib import Path

readme, source, program = sys.argv[1:]
text = Path(readme).read_text(encoding="utf-8")
code = Path(source).read_text(encoding="utf-8")
printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
faults = []
if "```cpp\n" + code + "```" not in text:
    faults.append("README.md does not show the example as it stands")
if "```\n" + printed + "```" not in text:
    faults.append("README.md does not show what the example prints:\n" + printed)
print("\n".join(faults) or "README and example agree")
sys.exit(bool(faults))
