"""What is wrong with the data: labels, rare classes, copies on both sides of the split, too few samples to judge by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.insight.epoch_curves import EpochCurves, epoch_curves
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.restraints import restraint_of
from desktop_app.engine.insight.rules.numbers import learns_norms_from_too_few
from desktop_app.engine.insight.thresholds import limit

_BALANCED = {"data.balance": "sampler"}
# Shares that people choose, of which the smallest that suffices is advised.
_SHARES = (0.2, 0.3, 0.4)
_NAMED_CLASSES = 2


def label_noise(evidence: Evidence) -> Iterator[Finding]:
    """Find labels that contradict the network where it is surest, as wrong labels do and hard samples do not."""
    curves = epoch_curves(evidence)
    if curves is None or not suspects_wrong_labels(evidence):
        return
    contradicted, wrong = _around_best(evidence, curves)
    yield Finding(
        "label_noise",
        "warning",
        f"Many labels may be wrong: of the half of the validation samples that the network is surest of, "
        f"{100 * contradicted:.0f} % are labelled otherwise, not much fewer than of all of them ({100 * wrong:.0f} %). "
        "Where labels are right, mistakes are made about doubtful samples.",
        advice="Look at the suspects on the Data page, which lists labels that contradict the picture or the row; mend "
        "or leave out the wrong ones. Until then take the best epoch: later ones learn the wrong labels by heart.",
        exhibits=(
            Exhibit(("surest_error", "surest_quarter_error", "val_accuracy")),
            Exhibit(("epoch_train_loss", "val_loss")),
        ),
    )


def suspects_wrong_labels(evidence: Evidence) -> bool:
    """Return whether the surest answers are contradicted about as often as all are, by a network that did learn."""
    curves = epoch_curves(evidence)
    if curves is None or not len(curves) == len(evidence.series("surest_error")) == len(curves.training_accuracy):
        return False  # not recorded, or (by another process) not all of the last epoch yet
    if len(curves) < limit("data.fewest_epochs") or _is_held_back(evidence):
        return False
    if learns_norms_from_too_few(evidence):
        return False  # it is as sure as batches were that are not there any more
    if curves.late_pace > limit("generalisation.unbroken_pace"):
        return False  # what it is sure of changes yet
    if curves.constant_loss is not None and float(curves.validation[curves.best]) > curves.constant_loss:
        return False  # worse than an answer without looking: sure of anything
    contradicted, wrong = _around_best(evidence, curves)
    half = evidence.facts.validation_samples // 2
    least, _ = accuracy_interval(round(contradicted * half), half)
    if least < limit("data.contradicted_least") or not _stays_wrong(evidence, curves, contradicted, wrong):
        return False
    counts = evidence.facts.validation_counts
    guess = max(counts) / sum(counts)
    if 1.0 - wrong < guess + limit("data.learned_share") * (1.0 - guess):
        return False  # a network that has learned little is sure of nothing
    if float(curves.training_accuracy[curves.best]) - (1.0 - wrong) > limit("data.memorised"):
        return False  # it knows its training samples by heart, and the sureness of its answers with them
    return _is_even(evidence, curves.best, 1.0 - wrong)


def _is_held_back(evidence: Evidence) -> bool:
    """Return whether a network is so tightly held back that it may be sure of what is wrong."""
    restraint = restraint_of(evidence)
    if restraint is None or restraint.kind != "narrow":
        return restraint is not None
    return min(evidence.experiment.model.layers or (0,)) < limit("generalisation.narrowest")


def _around_best(evidence: Evidence, curves: EpochCurves) -> tuple[float, float]:
    """Return the shares of wrong answers among the surest half and among all, over the epochs near the best one."""
    near = _near_best(curves)
    return float(np.mean(evidence.series("surest_error").values[near])), float(np.mean(1.0 - curves.accuracy[near]))


def _near_best(curves: EpochCurves) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = curves.validation <= curves.validation[curves.best] * (1.0 + limit("data.near_best"))
    return near


def _stays_wrong(evidence: Evidence, curves: EpochCurves, contradicted: float, wrong: float) -> bool:
    """Return whether mistakes hardly become fewer among surer answers: in the surest half, or in the surest quarter."""
    if contradicted >= limit("data.contradicted_ratio") * wrong:
        return True
    quarter = evidence.series("surest_quarter_error").values
    if len(quarter) != len(curves):
        return False
    return float(np.mean(quarter[_near_best(curves)])) >= limit("data.contradicted_ratio_of_quarter") * wrong


def _is_even(evidence: Evidence, epoch: int, accuracy: float) -> bool:
    """Return whether nearly all classes are found about equally often; wrong labels spare no class."""
    found = [
        float(evidence.series(f"recall.{place}").values[epoch])
        for place, count in enumerate(evidence.facts.validation_counts)
        if count >= limit("data.fewest_of_class") and len(evidence.series(f"recall.{place}")) > epoch
    ]
    low = sum(recall < limit("data.even_recall") * accuracy for recall in found)
    return low <= limit("data.uneven_classes") * len(found)


def class_imbalance(evidence: Evidence) -> Iterator[Finding]:
    """Find rare classes that the network hardly ever answers with."""
    counts = evidence.facts.training_counts
    epochs = len(evidence.series("epoch_train_loss"))
    if not counts or evidence.experiment.data.balance != "none" or epochs < limit("data.fewest_epochs"):
        return
    mean = sum(counts) / len(counts)
    ignored = [
        (place, count, recall)
        for place, count in enumerate(counts)
        if count < limit("data.rare_share") * mean
        and (recall := _late_recall(evidence, place)) is not None
        and recall <= limit("data.ignored_recall")
    ]
    if not ignored:
        return
    named = ", ".join(
        f"{_class_name(evidence, place)} ({count} samples, {100 * recall:.0f} % found)"
        for place, count, recall in ignored[:_NAMED_CLASSES]
    )
    more = f" and {len(ignored) - _NAMED_CLASSES} more" if len(ignored) > _NAMED_CLASSES else ""
    drawing_helps = not _learns_by_heart(evidence)
    yield Finding(
        "class_imbalance",
        "warning",
        f"Rare classes are hardly ever found: {named}{more}, where a class has {mean:.0f} samples on average. The "
        "accuracy does not show it, because few samples are affected.",
        advice="Draw rare classes more often (or let them count more in the loss), and collect more samples of them."
        if drawing_helps
        else "Collect more samples of them: this network learns the few there are by heart, and drawing them more "
        "often would not change that.",
        changes=_BALANCED if drawing_helps else {},
        button="Train with rare classes drawn more often" if drawing_helps else "",
        exhibits=(Exhibit(tuple(f"recall.{place}" for place, _, _ in ignored)),),
    )


def _learns_by_heart(evidence: Evidence) -> bool:
    """Return whether samples that were trained on are named rightly clearly more often than others."""
    training, validation = evidence.series("train_accuracy").values, evidence.series("val_accuracy").values
    if not len(training) or not len(validation):
        return False
    return bool(training[-1] - validation[-1] > limit("data.gap_without_cure"))


def _class_name(evidence: Evidence, place: int) -> str:
    classes = evidence.facts.classes
    return f'"{classes[place]}"' if place < len(classes) else f"class {place + 1}"


def _late_recall(evidence: Evidence, place: int) -> float | None:
    """Return a class's mean recall over the last third of the epochs; ``None`` with too few samples to say."""
    counts, recall = evidence.facts.validation_counts, evidence.series(f"recall.{place}").values
    if not len(recall) or place >= len(counts) or counts[place] < limit("data.fewest_of_rare_class"):
        return None
    return float(recall[-max(1, len(recall) // 3) :].mean())


def small_validation(evidence: Evidence) -> Iterator[Finding]:
    """Find a validation that decides by less than its own uncertainty, or none at all."""
    facts = evidence.facts
    if not facts.training_samples:
        return
    if not facts.validation_samples:
        yield _no_validation(evidence)
        return
    counted, best = facts.validation_samples, 0.0
    if facts.validation_counts:
        accuracy = evidence.series("val_accuracy").values
        if not len(accuracy):
            return
        best = float(accuracy.max())
        low, high = accuracy_interval(round(best * counted), counted)
        is_wide = high - low > limit("data.widest_interval")
        message = (
            f"With {counted} validation samples nothing finer than {100 * (high - low):.0f} points can be told apart: "
            f"an accuracy of {100 * best:.0f} % may be anything from {100 * low:.0f} % to {100 * high:.0f} %."
        )
    else:
        is_wide = counted < limit("data.fewest_numbers")
        message = (
            f"{counted} validation samples are too few to judge a regression by: another draw of them would give an "
            "error that differs by a third."
        )
    if is_wide:
        advice, changes, button = _larger_validation(evidence, best)
        judged = "val_accuracy" if facts.validation_counts else "val_loss"
        yield Finding(
            "small_validation",
            "warning",
            message,
            advice=advice,
            changes=changes,
            button=button,
            exhibits=(Exhibit((judged,)),),
        )


def _no_validation(evidence: Evidence) -> Finding:
    facts = evidence.facts
    share = (
        _sufficient_share(facts.training_samples, limit("data.usual_accuracy"), bool(facts.training_counts))
        or _SHARES[-1]
    )
    return Finding(
        "small_validation",
        "warning",
        "Nothing is kept apart to validate on: nobody can say how well the network does on samples that it has not "
        "seen, and the last epoch is taken for the best.",
        advice=f"Keep {100 * share:.0f} % of the samples apart.",
        changes={"data.validation": share},
        button=f"Validate on {100 * share:.0f} % of the samples",
    )


def _larger_validation(evidence: Evidence, accuracy: float) -> tuple[str, Mapping[str, Any], str]:
    """Return advice, changes and the button for it; words alone where all samples together are too few."""
    facts = evidence.facts
    samples = facts.training_samples + facts.validation_samples
    # Few samples that were all named rightly promise no such accuracy on more of them.
    judged = min(accuracy, limit("data.usual_accuracy"))
    share = _sufficient_share(samples, judged, bool(facts.validation_counts))
    if share is None or share <= evidence.experiment.data.validation:
        return "Collect more samples. Until then compare settings over several seeds, not by one run.", {}, ""
    percent = f"{100 * share:.0f} %"
    return (
        f"Keep {percent} of the samples apart, and collect more.",
        {"data.validation": share},
        f"Validate on {percent} of the samples",
    )


def _sufficient_share(samples: int, accuracy: float, by_class: bool) -> float | None:
    """Return the smallest usual share of ``samples`` that is enough to judge by; ``None`` where none is."""
    for share in _SHARES:
        kept = round(samples * share)
        if by_class:
            low, high = accuracy_interval(round(accuracy * kept), kept)
            if high - low <= limit("data.widest_interval"):
                return share
        elif kept >= limit("data.fewest_numbers"):
            return share
    return None


def data_leak(evidence: Evidence) -> Iterator[Finding]:
    """Find validation samples that are trained on as well."""
    share = evidence.facts.validation_copies
    if share is None or share < limit("data.copied_share"):
        return
    yield Finding(
        "data_leak",
        "error",
        f"{100 * share:.0f} % of the validation samples are trained on as well, as exact copies: the validation loss "
        "and accuracy say how well the network remembers, not how well it will do on new samples.",
        advice="Remove the copies: the Data page lists them. Where several samples show the same thing (a patient, a "
        "machine, a burst of pictures), name what they share in data.group, and they stay on one side.",
        exhibits=(Exhibit(("val_loss", "epoch_train_loss")),),
    )


RULES = (label_noise, class_imbalance, small_validation, data_leak)
