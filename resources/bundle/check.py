"""Say whether this machine gives the answer that is expected for the sample: python check.py"""

import json
import sys

from predict import HERE, rows

expected = json.loads((HERE / "sample" / "expected.json").read_text(encoding="utf-8"))
row = next(rows([HERE / "sample" / expected["file"]]))
if "problem" in row:
    sys.exit(f"The sample could not be read: {row['problem']}")
wanted = expected.get("probabilities", [expected.get("value")])
found = row.get("probabilities", [row.get("value")])
apart = max(abs(one - other) for one, other in zip(found, wanted, strict=True))
answer = row.get("label", row.get("value"))
if not apart <= expected["tolerance"]:
    sys.exit(
        f"NOT as expected: {answer}, {apart:.1g} away from the expected answer; {expected['tolerance']} is allowed."
    )
print(f"As expected: {answer} ({apart:.1g} away from the expected answer; {expected['tolerance']} is allowed).")
