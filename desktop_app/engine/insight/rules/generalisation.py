"""What the epochs' curves say: nothing was learned, too little, or the samples by heart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from desktop_app.engine.insight.epoch_curves import EpochCurves, epoch_curves
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.restraints import restraint_of
from desktop_app.engine.insight.rules.data import suspects_wrong_labels
from desktop_app.engine.insight.thresholds import limit

LOSSES = Exhibit(("epoch_train_loss", "val_loss"))
ACCURACIES = Exhibit(("train_accuracy", "val_accuracy"))


def constant_predictor(evidence: Evidence) -> Iterator[Finding]:
    """Find a network that answers the same whatever it is given."""
    curves = epoch_curves(evidence)
    if curves is None or len(curves) < limit("generalisation.fewest_epochs") or not is_constant(curves, evidence):
        return
    assert curves.constant_loss is not None
    loss = curves.validation_end
    if evidence.facts.training_counts:
        share = max(evidence.facts.training_counts) / sum(evidence.facts.training_counts)
        message = (
            f"The network has learned nothing from its inputs: its loss of {loss:.3f} is that of always answering with "
            f"the classes' shares ({curves.constant_loss:.3f}), and {_percent(curves.accuracy[-1])} of its answers are "
            f"right, where the largest class is {_percent(share)} of all."
        )
    else:
        message = (
            f"The network has learned nothing from its inputs: its loss of {loss:.3f} is that of always answering with "
            f"the mean ({curves.constant_loss:.3f})."
        )
    advice, changes, button = _way_out_of_constancy(evidence)
    yield Finding(
        "constant_predictor",
        "error",
        message,
        advice=advice,
        changes=changes,
        button=button,
        exhibits=(LOSSES, ACCURACIES) if evidence.facts.training_counts else (LOSSES,),
    )


def is_constant(curves: EpochCurves, evidence: Evidence) -> bool:
    """Return whether the last epochs are no better than an answer that does not look at its input."""
    if curves.constant_loss is None or not len(curves.validation):
        return False
    least = curves.constant_loss * limit("generalisation.constant_share")
    if curves.training_end < least or curves.validation_end < least:
        return False
    counts = evidence.facts.validation_counts
    restraint = restraint_of(evidence)
    is_decayed = restraint is not None and restraint.kind == "weight_decay"
    if not counts or not len(curves.accuracy) or is_decayed:
        return True  # weights next to zero still favour the right class by a hair, while the answer is all but the same
    # How far a guess that is right as often as the largest class swings: two standard deviations.
    total, share = sum(counts), max(counts) / sum(counts)
    swing = 2.0 * (share * (1.0 - share) / total) ** 0.5
    return bool(curves.accuracy[-1] <= share + swing) and not _tells_apart(evidence)


def _tells_apart(evidence: Evidence) -> bool:
    """Return whether classes are found more often, on average over them, than by always answering with one.

    Where rare classes are made to count more, loss and accuracy may both be worse than a guess's, rightly so.
    """
    last = [
        (float(evidence.series(f"recall.{place}").values[-1]), count)
        for place, count in enumerate(evidence.facts.validation_counts)
        if len(evidence.series(f"recall.{place}"))
    ]
    if not last:
        return False
    classes = len(last)
    guess = 1.0 / classes
    swing = 2.0 * math.sqrt(sum(guess * (1.0 - guess) / count for _, count in last)) / classes
    return sum(recall for recall, _ in last) / classes > guess + swing


def _way_out_of_constancy(evidence: Evidence) -> tuple[str, Mapping[str, Any], str]:
    restraint = restraint_of(evidence)
    if restraint is not None and restraint.kind == "weight_decay":
        return restraint.advice, restraint.changes, restraint.button
    if evidence.experiment.model.layers == () and evidence.experiment.model.head is None:
        return (
            "A network without hidden layers can only tell apart what a straight cut divides. Give it hidden layers.",
            {"model.layers": [64, 64]},
            "Train with two hidden layers",
        )
    return (
        "Where other findings name a cause, mend that. Otherwise see on the Data page whether the labels belong to the "
        "samples, and whether what the network is given says anything about them.",
        {},
        "",
    )


def overfitting(evidence: Evidence) -> Iterator[Finding]:
    """Find a network that learns its samples by heart: the validation loss rises, or lies far above the training's."""
    curves = epoch_curves(evidence)
    if curves is None or not len(curves.validation) or len(curves) < limit("generalisation.fewest_epochs"):
        return
    scale = curves.constant_loss or max(float(curves.validation[0]), 1e-9)
    lowest, end = float(curves.validation[curves.best]), curves.validation_end
    learned = curves.training_end < float(curves.training[curves.best]) and curves.training_end < end
    rise, gap = end - lowest, end - curves.training_end
    has_risen = (
        learned
        and rise > limit("generalisation.rise_share") * lowest
        and rise > limit("generalisation.rise_of_constant") * scale
        and gap > limit("generalisation.rise_gap") * scale
    )
    is_apart = (
        gap > limit("generalisation.gap_of_constant") * scale
        and curves.training_end < limit("generalisation.fitted") * scale
    )
    if not has_risen and not is_apart:
        return
    epochs = curves.best + 1
    if has_risen:
        message = (
            f"The network learns its samples by heart: since epoch {epochs} of {len(curves)} the validation loss has "
            f"risen from {lowest:.3f} to {end:.3f}, while the training loss fell to {curves.training_end:.3f}."
        )
    else:
        message = (
            f"The network knows its training samples far better than others: a training loss of "
            f"{curves.training_end:.3f} stands against a validation loss of {end:.3f}"
            f"{_accuracies(curves)}."
        )
    advice, changes, button = _way_out_of_overfitting(evidence, curves, has_risen)
    yield Finding(
        "overfitting",
        "warning",
        message,
        advice=advice,
        changes=changes,
        button=button,
        exhibits=(Exhibit(LOSSES.series, int(curves.steps[curves.best])),),
    )


def _way_out_of_overfitting(
    evidence: Evidence, curves: EpochCurves, has_risen: bool
) -> tuple[str, Mapping[str, Any], str]:
    """Return advice, changes and the button for it."""
    words = (
        "More samples help most. Dropout, weight decay and, for pictures, augmentation make learning by heart harder, "
        "and a smaller network can hold less. The best epoch is what is kept and exported in any case."
    )
    if not has_risen or evidence.experiment.fine_tuning is not None:
        return words, {}, ""
    epochs = max(1, curves.best + 1)
    return (
        f"End after epoch {epochs}, where the validation loss was lowest. {words}",
        {"training.epochs": epochs},
        f"Train for {epochs} epochs",
    )


def underfitting(evidence: Evidence) -> Iterator[Finding]:
    """Find a network that cannot fit even what it is trained on, for a reason that can be named.

    A loss that stays high without one may be all that the data has to say, which is no ill.
    """
    curves = epoch_curves(evidence)
    if curves is None or curves.constant_loss is None or len(curves) < limit("generalisation.fewest_epochs"):
        return
    # Dropout and augmentation make the training loss the larger one: what counts is what the network can do.
    losses = [curves.training_end, *([curves.validation_end] if len(curves.validation) else [])]
    left = min(losses) / curves.constant_loss
    if left < limit("generalisation.poor_share") or is_constant(curves, evidence):
        return
    restraint = restraint_of(evidence)
    is_apart = len(curves.validation) and curves.validation_end - curves.training_end > (
        limit("generalisation.rise_gap") * curves.constant_loss
    )
    # It learns by heart instead, or cannot learn what labels contradict. A network that is known to be held back does
    # not get so far, whatever lies between the losses.
    if restraint is None and (is_apart or suspects_wrong_labels(evidence)):
        return
    is_unfinished = (
        evidence.is_over
        and left > limit("generalisation.unfinished_share")
        and (
            curves.late_fall > limit("generalisation.still_falling")
            or curves.late_pace > limit("generalisation.unbroken_pace")
        )
    )
    if restraint is None and is_unfinished:
        epochs = evidence.experiment.training.epochs * 3
        sentence = f"it still fell by {_percent(curves.late_fall)} over the last quarter of the epochs"
        advice, changes, button = (
            "The training ended too early. Train longer, or with a higher learning rate.",
            {"training.epochs": epochs},
            f"Train for {epochs} epochs",
        )
    elif restraint is None:
        return
    else:
        sentence, advice, changes, button = (
            restraint.sentence,
            restraint.advice,
            dict(restraint.changes),
            restraint.button,
        )
    yield Finding(
        "underfitting",
        "warning",
        f"The network cannot even fit what it is trained on: its loss of {min(losses):.3f} is {_percent(left)} of what "
        f"an answer without looking would have ({curves.constant_loss:.3f}), and {sentence}.",
        advice=advice,
        changes=changes,
        button=button,
        exhibits=(LOSSES, ACCURACIES) if len(curves.training_accuracy) else (LOSSES,),
    )


def _accuracies(curves: EpochCurves) -> str:
    if not len(curves.accuracy) or not len(curves.training_accuracy):
        return ""
    return f", and {_percent(curves.training_accuracy[-1])} right answers against {_percent(curves.accuracy[-1])}"


def _percent(share: float | np.floating[Any]) -> str:
    return f"{100 * float(share):.0f} %"


RULES = (constant_predictor, overfitting, underfitting)
