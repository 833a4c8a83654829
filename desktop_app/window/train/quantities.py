"""The quantities that instruments measure of each layer: their names in words, their scales, and what to look for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.window.train.scale import Kind

STATE = "state."


@dataclass(frozen=True)
class GoodRange:
    """Where a quantity lies in a training that goes well, and who says so."""

    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Quantity:
    """One quantity of the layers.

    ``key`` is what stands before the slash in the names of its series. ``spread_of`` names the histograms that say most
    about it.
    """

    key: str
    title: str
    kind: Kind
    sentence: str
    spread_of: str
    good: GoodRange | None = None

    def series(self, layer: str) -> str:
        """Return the name of the series of one layer."""
        return f"{self.key}/{layer}"


_UPDATE_RATIO = GoodRange(
    1e-4,
    1e-2,
    "Around 0.001 is a good sign, ten times as much or as little still is (Karpathy, notes to Stanford's CS231n, "
    '"Ratio of weights:updates").',
)

QUANTITIES: tuple[Quantity, ...] = (
    Quantity(
        "gradient_norm",
        "Gradient norm",
        "log",
        "How strongly the loss pulls at each layer's weights. All should lie within a few powers of ten: where the "
        "colour fades towards the input, early layers hardly learn; a sudden jump is a training about to break.",
        "gradients",
    ),
    Quantity(
        "update_ratio",
        "Update to weight ratio",
        "log",
        "How far one step moves a layer, as a share of its weights. Around 0.001 is healthy; below 0.0001 a layer "
        "hardly learns, above 0.01 it is overwritten rather than trained.",
        "updates",
        _UPDATE_RATIO,
    ),
    Quantity(
        "activation_mean",
        "Activation mean",
        "signed",
        "The middle of what each activation lets through. It should settle; one that drifts far from 0 pushes the "
        "layers behind it to one side.",
        "activations",
    ),
    Quantity(
        "activation_std",
        "Activation spread",
        "log",
        "How much each activation varies over the samples (standard deviation). It should neither shrink to nothing "
        "from layer to layer nor grow: without spread, no sample differs from another.",
        "activations",
    ),
    Quantity(
        "dead_share",
        "Dead units",
        "share",
        "Units that give the same for every sample of a batch: they tell nothing and, behind ReLU, learn nothing. A "
        "few are usual; a share that climbs mostly means a learning rate that is too high.",
        "activations",
    ),
    Quantity(
        "saturated_share",
        "Saturated units",
        "share",
        "Outputs within 1 % of an activation's bound, such as 0 and 1 of a sigmoid. There the slope is almost 0, so "
        "hardly any gradient comes through.",
        "activations",
    ),
    Quantity(
        "output_mean",
        "Layer output mean",
        "signed",
        "The middle of what each layer with weights gives, before norm and activation.",
        "activations",
    ),
    Quantity(
        "output_std",
        "Layer output spread",
        "log",
        "How much each layer's output varies, before norm and activation. About 1 from the first layer to the last is "
        "what a fitting initializer is for.",
        "activations",
    ),
    Quantity(
        "weight_norm",
        "Weight norm",
        "log",
        "How large each layer's weights are. They change slowly; steady growth says that nothing holds them back, a "
        "fall towards 0 that weight decay is too strong.",
        "weights",
    ),
    Quantity(
        "effective_step",
        "Effective step size",
        "log",
        "What the optimizer makes of a gradient: the length of its step divided by the gradient's. With plain gradient "
        "descent that is the learning rate; adaptive rules give each layer its own.",
        "updates",
    ),
    Quantity(
        "running_mean",
        "Batch norm: running mean",
        "signed",
        "The mean that each batch norm will use once trained, averaged over its channels.",
        "activations",
    ),
    Quantity(
        "running_std",
        "Batch norm: running spread",
        "log",
        "The standard deviation that each batch norm will use once trained, averaged over its channels.",
        "activations",
    ),
    Quantity(
        "batch_drift",
        "Batch norm: drift of a batch",
        "log",
        "How far one batch's statistics lie from the running ones, in running standard deviations. Where it stays "
        "above 1, training and evaluation see different networks: batches are too small, or layers change too fast.",
        "activations",
    ),
)
_BY_KEY = {quantity.key: quantity for quantity in QUANTITIES}

_KNOWN_STATE = {
    "exp_avg": "mean gradient",
    "exp_avg_sq": "mean squared gradient",
    "max_exp_avg_sq": "largest mean squared gradient",
    "momentum_buffer": "momentum",
    "square_avg": "mean squared gradient",
    "grad_avg": "mean gradient",
    "sum": "summed squared gradients",
}


def quantity(key: str) -> Quantity:
    """Return the quantity of that key; one that is not known, such as a plugin's state, is described by its name."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    name = key.removeprefix(STATE)
    known = _KNOWN_STATE.get(name)
    title = f"Optimizer: {known} ({name})" if known else f"Optimizer: {name}" if key != name else name.replace("_", " ")
    return Quantity(
        key,
        title,
        "log",
        f"The size of what the optimizer remembers of each layer as {name} (root mean square).",
        key,
    )


def quantities_in(names: Iterable[str]) -> list[Quantity]:
    """Return the quantities that there are series of, in the order of ``QUANTITIES``, the optimizer's state last."""
    there = {name.partition("/")[0] for name in names if "/" in name}
    known = [each for each in QUANTITIES if each.key in there]
    return known + [quantity(key) for key in sorted(there - _BY_KEY.keys()) if key.startswith(STATE)]


_SPREADS = {"weights": "Weights", "gradients": "Gradients", "updates": "Updates", "activations": "Activations"}


def spread_title(key: str) -> str:
    """Return the title of histograms, such as of ``weights`` or ``state.exp_avg``."""
    return _SPREADS.get(key) or quantity(key).title
