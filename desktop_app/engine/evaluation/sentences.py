"""What the figures say, in sentences."""

from __future__ import annotations

import numpy as np

from desktop_app.engine.evaluation.classification import most_confused
from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.evaluation.predictions import Predictions
from desktop_app.engine.evaluation.regression import RegressionFigures

_NAMED = 5
_FEW = 30
_LETTERS = 40


def expectation(
    found: Predictions, confusion: tuple[tuple[int, ...], ...], regression: RegressionFigures | None = None
) -> str:
    """Return what to expect of new samples, in one sentence that stands for itself."""
    if not len(found):
        return "There are no samples to judge by."
    if not found.usable.any():
        return "None of the answers is a number: the training diverged."
    if regression is not None:
        if regression.mean_absolute_error is None:
            return "None of the samples has a number to compare with."
        explained = "" if regression.r2 is None else f" (R² {regression.r2:.2f})"
        return f"Expect answers to be off by {regression.mean_absolute_error:.4g} on average{explained}."
    right = int(found.right.sum())
    if found.part == "training":
        share = round(100 * right / len(found))
        return f"Of the samples it was trained on, {share} of 100 are right; none were kept apart."
    low, high = (round(100 * bound) for bound in accuracy_interval(right, len(found)))
    range_ = f"{low} to {high}" if high > low else f"about {low}"
    confused = most_confused(found.classes, confusion)
    mixed = (
        f"most often confused: {short(confused.one)} and {short(confused.other)}"
        if confused
        else "no class was taken for another"
    )
    return f"Expect {range_} of 100 right; {mixed}."


def remarks_on(found: Predictions) -> tuple[str, ...]:
    """Return what makes the figures say less than they seem to."""
    remarks = []
    if not len(found):
        return ("There are no samples to judge by.",)
    if found.part == "training":
        remarks.append("No samples were kept apart, so these were trained on; new ones will do worse.")
    broken = len(found) - int(found.usable.sum())
    if broken:
        what = "counts" if broken == 1 else "count"
        remarks.append(
            f"{broken:,} of {len(found):,} answers are no numbers and {what} as wrong: the training diverged."
            if found.classes
            else f"{broken:,} of {len(found):,} answers are no numbers and are left out: the training diverged."
        )
    if found.classes:
        counts = np.bincount(found.targets, minlength=len(found.classes))
        missing = [name for name, number in zip(found.classes, counts, strict=True) if not number]
        if missing:
            remarks.append(f"There are no samples of {named(missing)} among these: nothing is known about them.")
        if np.count_nonzero(counts) == 1:
            only = short(found.classes[int(counts.argmax())])
            remarks.append(f"All of these are {only}; how well classes are told apart cannot be seen.")
    if len(found) < _FEW:
        remarks.append(f"These are only {len(found)} samples: one more mistake moves the figures a lot.")
    return tuple(remarks)


def short(name: str) -> str:
    """Return a name that a sentence can bear; a long one keeps both of its ends."""
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS // 2]}…{name[-_LETTERS // 2 :]}"


def named(names: list[str]) -> str:
    """Return names as people list them, the first few of many."""
    names = [short(name) for name in names]
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
