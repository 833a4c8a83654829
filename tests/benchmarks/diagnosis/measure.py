"""Whether diagnoses are right: trainings with a known ill and healthy ones, each diagnosed and counted.

Run: python tests/benchmarks/diagnosis/measure.py [--part tuning|final] [--only NAME] [--runs FOLDER] [--workers N]

A training with an ill counts as right where that ill's code is among the errors and warnings that are found. (Where
others are found beside it, the table says so; they may well be true: labels that say nothing are learned by heart.) A
healthy training is a false alarm where there is any error or warning. With ``--runs`` trained runs are kept and used
again. Only the whole final part is written down.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("DOWNSLOPE_HOME", tempfile.mkdtemp(prefix="downslope-diagnosis-"))
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from case import Case
from cases import all_cases
from measuring import write_measured
from trainings import run_of

import desktop_app
from desktop_app.engine.insight.diagnose import diagnose_run

HEALTHY = "healthy"


@dataclass(frozen=True)
class Verdict:
    """What was found in a case: the codes of errors and warnings, and of notes."""

    name: str
    expected: str
    found: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether the known ill was found, or nothing where there is none."""
        return self.expected in self.found if self.expected != HEALTHY else not self.found

    @property
    def line(self) -> str:
        """The verdict in a line."""
        notes = f"   notes: {', '.join(self.notes)}" if self.notes else ""
        return f"{'right' if self.is_right else 'WRONG'}  {self.name:40} {', '.join(self.found) or '-'}{notes}\n"


def judge(case: Case, folder: Path) -> Verdict:
    """Train a case and diagnose it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = run_of(case, folder, desktop_app.load_plugins())
        findings = diagnose_run(run).findings
    troubles = dict.fromkeys(each.code for each in findings if each.severity != "note")
    notes = dict.fromkeys(each.code for each in findings if each.severity == "note")
    return Verdict(case.name, case.ill or HEALTHY, tuple(troubles), tuple(notes))


def figures_of(verdicts: list[Verdict]) -> dict[str, object]:
    """Return the shares, and how often each code was found where which was expected."""
    ill = [each for each in verdicts if each.expected != HEALTHY]
    healthy = [each for each in verdicts if each.expected == HEALTHY]
    table: dict[str, Counter[str]] = {}
    for each in verdicts:
        table.setdefault(each.expected, Counter()).update(each.found or ("nothing",))
    return {
        "ill": len(ill),
        "right": sum(each.is_right for each in ill) / max(1, len(ill)),
        "healthy": len(healthy),
        "false_alarms": sum(not each.is_right for each in healthy) / max(1, len(healthy)),
        "wrong": [each.name for each in verdicts if not each.is_right],
        "found_by_expected": {expected: dict(found.most_common()) for expected, found in sorted(table.items())},
    }


def main() -> None:
    """Measure one part."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--part", choices=("tuning", "final"), default="tuning")
    arguments.add_argument("--only", default="", help="cases whose name holds this")
    arguments.add_argument("--runs", type=Path, help="keeps the trained runs, and uses those that are there")
    arguments.add_argument("--workers", type=int, default=1)
    given = arguments.parse_args()
    folder = given.runs or Path(tempfile.mkdtemp(prefix="downslope-diagnosis-runs-"))
    cases = [case for case in all_cases() if case.part == given.part and given.only in case.name]
    verdicts = []
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        for verdict in pool.map(partial(judge, folder=folder.absolute()), cases):
            verdicts.append(verdict)
            sys.stdout.write(verdict.line)
            sys.stdout.flush()
    figures = figures_of(verdicts)
    if given.part == "final" and not given.only:
        write_measured("diagnosis", "python tests/benchmarks/diagnosis/measure.py --part final", figures)
        return
    for name, value in figures.items():
        sys.stdout.write(f"{name}: {value}\n")


if __name__ == "__main__":
    main()
