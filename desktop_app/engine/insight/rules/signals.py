"""What goes forward and comes back through layers: weights that do not fit, gradients that vanish or explode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from desktop_app.engine.insight.evidence import Evidence, Numbers
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.looks import Looks, looks_at
from desktop_app.engine.insight.mends import Mend, mend_of_weights
from desktop_app.engine.insight.progress import is_poor
from desktop_app.engine.insight.restraints import restraint_of
from desktop_app.engine.insight.thresholds import limit


def init_mismatch(evidence: Evidence) -> Iterator[Finding]:
    """Find initial weights with which the signal or the gradient changes its size from layer to layer.

    Both are compared between the first and the last hidden layer at the first look, before anything was learned. Where
    norms stand between the layers, they keep the size, and nothing is said.
    """
    layers = evidence.layers("output_std", "weights")[:-1]
    norms = [layer for layer in evidence.facts.layers if layer.role == "norm"]
    pretrained = evidence.experiment.model.weights != "random" and evidence.experiment.model.backbone is not None
    if not layers or len(norms) >= len(layers) or pretrained or not _saw_the_beginning(evidence):
        return
    signals = looks_at(evidence, "output_std", layers)
    # What comes in is standardised: its spread is one.
    signal = _spread(np.array([1.0, *signals.early()]))
    gradient = _spread(_errors_back(evidence, layers))
    start = _start_of_loss(evidence)
    by_signal = abs(np.log(signal)) >= abs(np.log(gradient))
    change = signal if by_signal else gradient
    far = max(change, 1.0 / change)
    too_large = start is not None and start > limit("signals.loss_at_start")
    if far < limit("signals.change_through_layers") and not too_large:
        return
    mend = mend_of_weights(evidence, len(layers) + 1)
    if far >= limit("signals.change_through_layers"):
        what = "signal" if by_signal else "gradient"
        direction = "from the first layer to the last" if by_signal else "on its way back from the last layer"
        verb = "grows" if change > 1.0 else "shrinks"
        a_layer = far ** (1.0 / max(1, len(layers)))
        said = f"the {what} {verb} {far:,.0f}-fold {direction}, {a_layer:.3g}-fold a layer"
    else:
        said = f"the first loss is {start:,.0f} times that of an answer which is always the same"
    model = evidence.experiment.model
    yield Finding(
        "init_mismatch",
        "warning",
        f"With the initial weights of {model.initializer.name} and {model.activation.name}, {said}.",
        layer=layers[-1] if by_signal else layers[0],
        advice=mend.advice,
        changes=mend.changes,
        button=mend.button,
        exhibits=(Exhibit(signals.series if by_signal else _series("gradient_norm", layers), 1, 1),),
    )


def vanishing_gradients(evidence: Evidence) -> Iterator[Finding]:
    """Find gradients that fall by orders of magnitude towards the first layers, in a training that gets nowhere.

    Gradients are measured against the weights that they move. Adam and its like make up for small ones, and a network
    that learns all the same is left alone.
    """
    gradients = looks_at(evidence, "gradient_norm", evidence.layers("gradient_norm", "weights"))
    if len(gradients.layers) < limit("signals.fewest_layers") or not len(gradients.steps):
        return
    relative = _relative_gradients(evidence, gradients)
    falls = _fall_to_the_first(relative)
    if not len(falls):
        return
    fall = float(np.median(falls))
    if fall > limit("signals.fall_of_gradient") or not is_poor(evidence):
        return
    first = gradients.layers[0]
    mend, why = _mend_of_vanishing(evidence, len(gradients.layers))
    moves = evidence.of_layer("update_ratio", first).values
    moved = f", whose steps are {np.median(moves):.1g} of its weights" if len(moves) else ""
    yield Finding(
        "vanishing_gradients",
        "warning",
        f"The gradient falls {1.0 / fall if fall > 0 else np.inf:,.0f}-fold on its way from the last layers to {first}"
        f"{moved}: the first layers get hardly anything to learn from{why}.",
        layer=first,
        advice=mend.advice,
        changes=mend.changes,
        button=mend.button,
        exhibits=(Exhibit(gradients.series), Exhibit((f"update_ratio/{first}",))),
    )


def _mend_of_vanishing(evidence: Evidence, depth: int) -> tuple[Mend, str]:
    """Return what mends gradients that vanish, and the words for what makes them, where that is known."""
    restraint = restraint_of(evidence)
    if restraint is not None and restraint.kind == "weight_decay":  # whatever weights it began with, it takes
        return Mend(restraint.advice, restraint.changes, restraint.button), f", for {restraint.sentence}"
    return mend_of_weights(evidence, depth), ""


def exploding_gradients(evidence: Evidence) -> Iterator[Finding]:
    """Find gradients that are large from the start, grow by orders of magnitude, or grow from layer to layer."""
    norms = evidence.series("gradient_norm").values
    norms = np.where(np.isfinite(norms), norms, np.inf)
    gradients = looks_at(evidence, "gradient_norm", evidence.layers("gradient_norm", "weights"))
    growth = _growth_of_loss(evidence)
    series: tuple[str, ...] = ("gradient_norm",)
    layer = ""
    mend = Mend(
        "Clip the gradient at a norm of 1, or lower the learning rate.",
        {"training.clip_gradient": 1.0},
        "Train with the gradient clipped at 1",
    )
    if (
        len(norms)
        and norms.max() > limit("signals.large_gradient")
        and norms.max() > norms[0] * limit("signals.growth")
    ):
        said = f"The gradient's norm grew from {norms[0]:.3g} to {norms.max():.3g}"
    elif len(norms) and np.median(norms) > limit("signals.large_gradient"):
        said = f"The gradient's norm is {np.median(norms):.3g} in the typical step"
        mend = mend_of_weights(evidence, max(1, len(gradients.layers)))
    elif growth > limit("signals.growth_of_loss"):
        said = f"The loss grew {growth:.3g}-fold within a few steps, and with it the gradients"
        series = ("train_loss", "gradient_norm")
    else:
        between = _growth_to_the_first(_relative_gradients(evidence, gradients))
        if len(gradients.layers) < limit("signals.fewest_layers") or between < limit("signals.growth_through_layers"):
            return
        layer, series = gradients.layers[0], gradients.series
        said = f"The gradient grows {between:,.0f}-fold on its way from the last layers to {layer}"
        mend = mend_of_weights(evidence, len(gradients.layers))
    largest = _largest_layer(gradients)
    at = f", most of it in {largest}" if largest and not layer else ""
    yield Finding(
        "exploding_gradients",
        "warning",
        f"{said}{at}: single steps can undo what was learned.",
        layer=layer or largest,
        advice=mend.advice,
        changes=mend.changes,
        button=mend.button,
        exhibits=(Exhibit(series),),
    )


RULES = (init_mismatch, vanishing_gradients, exploding_gradients)


def _series(quantity: str, layers: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{quantity}/{layer}" for layer in layers)


def _saw_the_beginning(evidence: Evidence) -> bool:
    steps = evidence.series("gradient_norm").steps
    return bool(len(steps)) and int(steps[0]) == 1


def _start_of_loss(evidence: Evidence) -> float | None:
    """Return the first loss in constant answers' losses."""
    losses, constant = evidence.series("train_loss").values, evidence.facts.constant_loss
    return float(losses[0]) / constant if len(losses) and constant and np.isfinite(losses[0]) else None


def _growth_of_loss(evidence: Evidence) -> float:
    losses = evidence.series("train_loss").values
    finite = losses[np.isfinite(losses)]
    if not len(finite):
        return 0.0
    return float(finite.max()) / max(float(finite[0]), evidence.facts.constant_loss or 0.0, 1e-9)


def _spread(sizes: Numbers) -> float:
    """Return the last size as a multiple of the first, or 1 where one of them is not known."""
    known = sizes[np.isfinite(sizes) & (sizes > 0)]
    return float(known[-1] / known[0]) if len(known) == len(sizes) and len(sizes) > 1 else 1.0


def _errors_back(evidence: Evidence, layers: Sequence[str]) -> Numbers:
    """Return the size of the error that comes back to each layer, from the last to the first, at the first look.

    A weight's gradient is that error times what came in, so that it is the gradient by the size of its input: of the
    activation before, or 1 for the first layer.
    """
    activations = {layer.fed_by: layer.name for layer in evidence.facts.layers if layer.role == "activation"}
    sizes, came_in = [], 1.0
    for layer in layers:
        gradient = evidence.of_layer("gradient_norm", layer).values
        weight = evidence.of_layer("weight_norm", layer).values
        if not len(gradient) or not len(weight) or came_in <= 0:
            return np.array([])
        sizes.append(gradient[0] / came_in)
        mean = evidence.of_layer("activation_mean", activations.get(layer, "")).values
        spread = evidence.of_layer("activation_std", activations.get(layer, "")).values
        if not len(mean) or not len(spread):
            return np.array([])
        came_in = float(np.hypot(mean[0], spread[0]))
    return np.array(sizes[::-1])


def _relative_gradients(evidence: Evidence, gradients: Looks) -> Numbers:
    """Return gradients' norms in norms of their weights, ``[layers, steps]``."""
    weights = looks_at(evidence, "weight_norm", gradients.layers)
    if weights.values.shape != gradients.values.shape:
        return np.empty((len(gradients.layers), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative: Numbers = gradients.values / weights.values
    return relative


def _fall_to_the_first(relative: Numbers) -> Numbers:
    """Return, for each step with gradients, the first layer's as a share of the largest of those behind it."""
    seen = np.isfinite(relative).all(axis=0) & (relative.max(axis=0, initial=0.0) > 0)
    return relative[0, seen] / relative[:, seen].max(axis=0) if seen.any() else np.array([])


def _growth_to_the_first(relative: Numbers) -> float:
    """Return how many times the last layer's gradient the first layer's is, in the typical step."""
    if not relative.size:
        return 0.0
    seen = np.isfinite(relative).all(axis=0) & (relative[-1] > 0)
    return float(np.median(relative[0, seen] / relative[-1, seen])) if seen.any() else 0.0


def _largest_layer(gradients: Looks) -> str:
    if not gradients.values.size or np.isnan(gradients.values).all():
        return ""
    row, _ = np.unravel_index(int(np.nanargmax(gradients.values)), gradients.values.shape)
    return gradients.layers[int(row)]
