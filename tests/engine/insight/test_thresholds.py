"""Every number that a rule judges by stands in the table, and every number of the table judges something."""

import ast
import re
from pathlib import Path

import pytest

from desktop_app.engine import insight
from desktop_app.engine.insight.thresholds import THRESHOLDS, limit

FOLDER = Path(insight.__file__).parent
RULES = sorted((FOLDER / "rules").glob("*.py"))
# What is no judgement: nothing, one, two halves, the first and the last of a list.
PLAIN = {0, 1, 2, -1}


def test_every_threshold_is_used():
    source = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py") if path.name != "thresholds.py")

    used = set(re.findall(r'limit\("([\w.]+)"\)', source))

    assert used == set(THRESHOLDS)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_no_rule_has_a_limit_of_its_own(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    numbers = [
        inner.value
        for node in compared
        for side in (node.left, *node.comparators)
        for inner in ast.walk(side)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, int | float)
    ]
    named = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int | float)
    ]

    assert not [number for number in [*numbers, *named] if number not in PLAIN]


@pytest.mark.parametrize("name", THRESHOLDS)
def test_each_says_why_and_where_from(name):
    assert len(THRESHOLDS[name].reason) > 20
    assert THRESHOLDS[name].source
    assert limit(name) == THRESHOLDS[name].value
