"""The learning rate: too high, too low."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from desktop_app.engine.insight.advice import default_rate, higher_rate, lower_rate, rate_change, set_rate
from desktop_app.engine.insight.evidence import Evidence, Numbers, Series
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.progress import finite_losses, is_poor, level_of, start_of
from desktop_app.engine.insight.spans import Span, spans_of
from desktop_app.engine.insight.thresholds import limit


def learning_rate_too_high(evidence: Evidence) -> Iterator[Finding]:
    """Find stages whose loss rose far above where it began, ended above it, or swings from epoch to epoch."""
    for span in spans_of(evidence):
        said = _rose(evidence, span) or _swings(evidence, span) or _jumped(evidence, span)
        if said is None:
            continue
        sentence, series = said
        rate, lower = set_rate(evidence, span), lower_rate(evidence, span)
        yield Finding(
            "learning_rate_too_high",
            "error",
            f"{sentence} with a learning rate of {rate:g}{_in(span)}: the steps are too large.",
            advice=f"Train with a learning rate of {lower:g}, or clip the gradient.",
            changes=rate_change(span, lower),
            button=f"Train with a learning rate of {lower:g}",
            exhibits=(Exhibit(series, span.first, span.last),),
        )


def learning_rate_too_low(evidence: Evidence) -> Iterator[Finding]:
    """Find stages in which the weights hardly moved while the loss is far from what could be reached."""
    for span in spans_of(evidence):
        losses = finite_losses(evidence, span)
        if len(losses) < limit("learning_rate.fewest_steps_for_low") or not is_poor(evidence, span):
            continue
        moved = _distance_moved(evidence, span)
        fallen = _share_fallen(evidence, span)
        rate = set_rate(evidence, span)
        if moved is None:
            usual = default_rate(evidence, span)
            is_low = usual is not None and rate <= usual * limit("learning_rate.share_of_usual")
            how_far = "" if usual is None else f"; {usual:g} is usual for this optimizer"
        else:
            is_low = moved < limit("learning_rate.least_moved")
            how_far = f", and the weights could move by at most {100 * moved:.2g}% of their size"
        if not is_low or fallen > limit("learning_rate.fallen_enough"):
            continue
        higher = higher_rate(evidence, span)
        yield Finding(
            "learning_rate_too_low",
            "warning",
            f"In {len(losses)} steps with a learning rate of {rate:g}{_in(span)} the loss fell by only {fallen:.0%}"
            f"{how_far}: the steps are too small.",
            advice=f"Train with a learning rate of {higher:g}, and higher still where that is not enough.",
            changes=rate_change(span, higher),
            button=f"Train with a learning rate of {higher:g}",
            exhibits=(Exhibit(("train_loss", *_update_ratios(evidence)), span.first, span.last),),
        )


RULES = (learning_rate_too_high, learning_rate_too_low)


def _rose(evidence: Evidence, span: Span) -> tuple[str, tuple[str, ...]] | None:
    """Return the words for a loss that rose far above its start, or above its start without coming back."""
    losses = finite_losses(evidence, span)
    if len(losses) < limit("learning_rate.fewest_steps_for_high"):
        return None
    start = start_of(evidence, losses)
    level = level_of(evidence, losses)
    peak, now = float(level.max()), float(level[-1])
    rise = peak / start
    far = rise > limit("learning_rate.rise")
    stays = rise > limit("learning_rate.rise_that_stays") and now > start * limit("learning_rate.poor")
    if not (far or stays):
        return None
    end = (
        f" and is still at {now:.3g}" if now > start * limit("learning_rate.poor") else f" before it fell to {now:.3g}"
    )
    return f"The loss rose from {start:.3g} to {peak:.3g}{end}", ("train_loss", "lr")


def _swings(evidence: Evidence, span: Span) -> tuple[str, tuple[str, ...]] | None:
    """Return the words for a loss that goes up and down from epoch to epoch and gets nowhere."""
    epochs = _finite(span.of(evidence.series("epoch_train_loss")))
    if len(epochs) < limit("learning_rate.fewest_epochs") or epochs[0] <= 0.0:
        return None
    rises = float(np.maximum(np.diff(epochs), 0.0).sum()) / (len(epochs) - 1) / float(epochs[0])
    losses = finite_losses(evidence, span)
    if rises < limit("learning_rate.swing") or epochs[-1] < start_of(evidence, losses) * limit("learning_rate.poor"):
        return None
    return (
        f"From epoch to epoch the loss swings between {epochs.min():.3g} and {epochs.max():.3g} instead of falling",
        ("train_loss", "epoch_train_loss", "lr"),
    )


def _jumped(evidence: Evidence, span: Span) -> tuple[str, tuple[str, ...]] | None:
    """Return the words for weights that were thrown about by their first steps, after which nothing is learned."""
    names = _update_ratios(evidence)
    highest = [float(np.nanmax(values)) for name in names if len(values := span.of(evidence.series(name)).values)]
    losses = finite_losses(evidence, span)
    if not highest or len(losses) < limit("frame.fewest_steps"):
        return None
    largest = float(np.median(highest))
    now = float(level_of(evidence, losses)[-1])
    validation = _finite(span.of(evidence.series("val_loss")))
    if len(validation):  # batch norm may hide in training what its running statistics do not
        now = max(now, float(validation[-1]))
    if largest < limit("learning_rate.largest_step") or now < _loss_to_mind(evidence, losses, largest):
        return None
    return (
        f"Single steps changed the weights by {largest:.0%} of their size, and the loss stays at {now:.3g}",
        (*names, "train_loss", "val_loss"),
    )


def _loss_to_mind(evidence: Evidence, losses: Numbers, largest: float) -> float:
    """Return the loss from which on weights that single steps changed by ``largest`` of their size are to blame.

    Where nothing is left of the weights that were drawn, a loss that is merely not good is enough.
    """
    replaced = largest >= limit("learning_rate.replaced")
    share = limit("learning_rate.not_good") if replaced else limit("learning_rate.hopeless")
    return (evidence.facts.constant_loss or float(losses[0])) * share


def _share_fallen(evidence: Evidence, span: Span) -> float:
    """Return which share of its start the loss has lost; 0 where it did not fall."""
    losses = finite_losses(evidence, span)
    tenth = max(1, len(losses) // 10)
    begin, end = float(np.median(losses[:tenth])), float(np.median(losses[-tenth:]))
    return max(0.0, 1.0 - end / begin) if begin > 0 else 0.0


def _distance_moved(evidence: Evidence, span: Span) -> float | None:
    """Return how far the median layer's weights could have moved, in sizes of themselves.

    That is the typical step's share of the weights, times the steps: an upper bound, for steps turn. ``None`` where
    no updates were measured.
    """
    steps = len(span.of(evidence.series("train_loss")))
    ratios = [_finite(span.of(evidence.series(name))) for name in _update_ratios(evidence)]
    typical = [float(np.median(each)) for each in ratios if len(each)]
    return float(np.median(typical)) * steps if typical else None


def _update_ratios(evidence: Evidence) -> tuple[str, ...]:
    return tuple(f"update_ratio/{layer}" for layer in evidence.layers("update_ratio"))


def _finite(series: Series) -> Numbers:
    return series.values[np.isfinite(series.values)]


def _in(span: Span) -> str:
    return "" if span.name == "training" else f" in {span.name}"
