"""Whether advice helps: what the button of a finding changes is changed and trained, and the finding must be gone.

Run: python tests/benchmarks/diagnosis/cures.py [--only NAME] [--runs FOLDER] [--workers N]

Every case of the tuning part whose ill is found together with changes is trained once more with them. It is cured
where the ill is not found any more and the best validation loss has not become worse than by the noise of a run; for
rare classes it is the mean recall of all classes that must not, for the loss counts samples, most of which are others.
Where more is kept apart to validate on, it is judged on other samples, and no loss is compared.
What does not cure is not offered by a rule: it stands in its advice as words alone.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

os.environ.setdefault("DOWNSLOPE_HOME", tempfile.mkdtemp(prefix="downslope-cures-"))
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from case import Case
from cases import all_cases
from measuring import write_measured
from trainings import run_of

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.diagnose import diagnose_run
from desktop_app.engine.insight.sources import evidence_of_run
from desktop_app.engine.run import Run
from desktop_app.engine.train import train
from desktop_app.registry import load_plugins

# Two runs of one experiment with other seeds differ by so much in their best validation loss, or by so much of what
# there was to learn: a loss near zero may double without a single answer changing.
_NOISE = 1.05
_NOISE_OF_CONSTANT = 0.005


@dataclass(frozen=True)
class Cure:
    """What became of a case with the changes of its finding.

    An error is the lowest validation loss, or for rare classes the lowest mean share of a class that is missed.
    """

    name: str
    code: str
    changes: Mapping[str, Any]
    is_gone: bool
    error_before: float | None
    error_after: float | None
    noise: float
    found: tuple[str, ...]

    @property
    def is_cured(self) -> bool:
        """Whether the ill is gone and nothing became worse."""
        before, after = self.error_before, self.error_after
        return self.is_gone and (before is None or after is None or after <= before * _NOISE + self.noise)

    @property
    def line(self) -> str:
        """The cure in a line."""
        verdict = "cured" if self.is_cured else "WORSE" if self.is_gone else "STILL"
        errors = f"error {_shown(self.error_before)} -> {_shown(self.error_after)}"
        return f"{verdict}  {self.name:38} {dict(self.changes)} {errors}   {', '.join(self.found) or '-'}\n"


def cure(case: Case, folder: Path) -> Cure | None:
    """Train a case with the changes of its finding; ``None`` where it is not found, or has none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = load_plugins()
        before = run_of(case, folder, registry)
        offered = [each for each in diagnose_run(before).findings if each.code == case.ill and each.changes]
        if not offered:
            return None
        experiment = changed(before.experiment, offered[0].changes)
        after = train(experiment, folder / "cured", registry)
        left = [each.code for each in diagnose_run(after).findings if each.severity != "note"]
    return Cure(
        case.name,
        str(case.ill),
        offered[0].changes,
        case.ill not in left,
        _lowest_error(before, offered[0].code),
        _lowest_error(after, offered[0].code),
        _NOISE_OF_CONSTANT * (evidence_of_run(before).facts.constant_loss or 0.0),
        tuple(dict.fromkeys(left)),
    )


def changed(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """Return the experiment with dotted keys replaced; ``None`` takes one back to its default."""
    for key, value in changes.items():
        if value is not None:
            experiment = experiment.with_value(key, value)
            continue
        content = experiment.to_dict()
        *parents, last = key.split(".")
        inner = content
        for parent in parents:
            inner = inner.get(parent, {})
        if isinstance(inner, dict):
            inner.pop(last, None)
        experiment = Experiment.from_dict(content)
    return experiment


def _lowest_error(run: Run, code: str) -> float | None:
    if code == "small_validation":
        return None  # it is judged on other samples afterwards, which says nothing of the network
    if code == "class_imbalance":
        recalls = [run.series(name)[1] for name in run.series_names() if name.startswith("recall.")]
        return float(1.0 - np.mean(recalls, axis=0).max())
    _, losses = run.series("val_loss")
    return float(losses.min()) if len(losses) else None


def _shown(loss: float | None) -> str:
    return "none" if loss is None else f"{loss:.3f}"


def main() -> None:
    """Cure what can be cured, and write it down."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="cases whose name holds this")
    arguments.add_argument("--runs", type=Path, help="the runs that measure.py kept, to be used again")
    arguments.add_argument("--workers", type=int, default=1)
    given = arguments.parse_args()
    folder = given.runs or Path(tempfile.mkdtemp(prefix="downslope-cures-runs-"))
    cases = [case for case in all_cases() if case.part == "tuning" and case.ill and given.only in case.name]
    cures = []
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        for found in pool.map(partial(cure, folder=folder.absolute()), cases):
            if found is not None:
                cures.append(found)
                sys.stdout.write(found.line)
                sys.stdout.flush()
    cured = sum(each.is_cured for each in cures)
    sys.stdout.write(f"{cured} of {len(cures)} cured\n")
    if not given.only:
        figures = {"tried": len(cures), "cured": cured, "cures": [asdict(each) for each in cures]}
        write_measured("cures", "python tests/benchmarks/diagnosis/cures.py", figures)


if __name__ == "__main__":
    main()
