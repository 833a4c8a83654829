"""All cases, a file a family. A case is in one of two parts: see ``Case``."""

from __future__ import annotations

import fashion
from case import Case

from cases import data, final_healthy, final_ill, generalisation, healthy, learning_rate, signals, speed

FAMILIES = (healthy, signals, learning_rate, generalisation, data, speed, final_ill, final_healthy)


def all_cases() -> list[Case]:
    """Return the cases, without those whose data set is not on this machine."""
    found = [case for family in FAMILIES for case in family.CASES]
    names = [case.name for case in found]
    if len(set(names)) < len(names):
        raise ValueError(f"two cases have one name: {sorted(name for name in names if names.count(name) > 1)}")
    return [case for case in found if not case.data.name.startswith("fashion") or fashion.is_there()]
