"""The rules of the diagnosis: each looks at the evidence for one ill, and yields what it finds.

A rule is a function ``rule(evidence) -> Iterator[Finding]`` in the file of its family, which lists them in ``RULES``.
It yields nothing where the evidence does not suffice to tell, and its numbers come from ``thresholds.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Finding
from desktop_app.engine.insight.rules import data, generalisation, learning_rate, numbers, signals, speed, units

Rule = Callable[[Evidence], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    *signals.RULES,
    *units.RULES,
    *learning_rate.RULES,
    *numbers.RULES,
    *data.RULES,
    *generalisation.RULES,
    *speed.RULES,
)
