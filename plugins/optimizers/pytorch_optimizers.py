"""Every optimizer of the package pytorch-optimizer, as ``pytorch_optimizer.NAME``, where that package is installed."""

import importlib.util
import inspect
import re
from collections.abc import Callable, Iterator
from enum import IntEnum
from types import SimpleNamespace
from typing import Any

from desktop_app.api import Optimizer, adapted, hookimpl

_HOME = "https://github.com/kozistr/pytorch_optimizer"
# What cannot work here, and why; everything else that the package lists appears.
LEFT_OUT = {
    "adalomo": "it takes over the backward pass of a whole network",
    "lomo": "it takes over the backward pass of a whole network",
    "bsam": "its first step needs gradients from before its closure was called",
    "demo": "it needs torch.distributed and the package einops",
    "distributedmuon": "it needs torch.distributed",
    "spectralsphere": "it refuses biases and norms, which every network has",
}
_CLOSURE = frozenset({"alig", "lbfgs"})
_CREATE_GRAPH = frozenset({"adahessian", "sophiah"})
_TWO_RULES = frozenset({"adago", "adamuon", "muon", "muonclip", "normuon"})
_BY_NAME = frozenset({"adammini"})
_NOT_RESUMED = "A run with it cannot be resumed: its state holds more than numbers, which checkpoints refuse."
_NOTES = {
    "adashift": _NOT_RESUMED,
    "alig": "It computes its step from the loss: max_lr bounds it. The learning rate that is shown plays no part.",
    "conda": _NOT_RESUMED,
    "lbfgs": "It calls its closure up to 20 times a step, and expects all samples in one batch.",
    "muonclip": "Its clipping of attention is left out: the training loop passes no attention logits.",
    "ranger21": "It brings a schedule of its own: use the constant one with it, and give the number of steps.",
    "scalableshampoo": _NOT_RESUMED,
    "sara": "It trains only weights whose size is below its threshold; all others stay as they are.",
}


def _groups_of_two_rules(named: Any) -> list[dict[str, Any]]:
    """Return hidden weights of two and more dimensions for Muon's rule, and all others, the output layer's too."""
    weights = [weight for _, weight in named]
    matrices = [weight for weight in weights if weight.ndim > 1]
    hidden = matrices[:-1]
    chosen = set(map(id, hidden))
    rest = [weight for weight in weights if id(weight) not in chosen]
    groups = [{"params": hidden, "use_muon": True}, {"params": rest, "use_muon": False}]
    return [group for group in groups if group["params"]]


def _maker(name: str, kind: type) -> Callable[..., Any]:
    """Return what is called with Downslope's parameters in place of ``kind``."""

    def make(params: Any, **hyper: Any) -> Any:
        given = params
        if name in _TWO_RULES:
            given = _groups_of_two_rules(params)
        elif name in _BY_NAME:
            pairs = list(params)  # it asks a network for nothing but its named parameters
            given = SimpleNamespace(named_parameters=lambda: iter(pairs))
        optimizer = kind(given, **hyper)
        for group in optimizer.param_groups:
            if not isinstance(group.get("lr"), float):  # schedules and the window want one
                group["lr"] = float(group.get("lr") or 1.0)
            for key, value in group.items():
                if isinstance(value, IntEnum):  # checkpoints hold plain numbers
                    group[key] = int(value)
        return optimizer

    return make


def _said(kind: type) -> tuple[str, str]:
    """Return the first line of the documentation and the first address in it."""
    text = inspect.getdoc(kind) or ""
    address = re.search(r"https?://[^\s>)`]+", text)
    paragraph = " ".join(text.split("\n\n")[0].split()).rstrip(".")
    return paragraph or kind.__name__, address.group().rstrip(".,") if address else _HOME


@hookimpl
def register_optimizers() -> Iterator[Optimizer]:
    if importlib.util.find_spec("pytorch_optimizer") is None:
        return
    from pytorch_optimizer.optimizer import OPTIMIZERS

    for name, kind in sorted(OPTIMIZERS.items()):
        if name in LEFT_OUT:
            continue
        summary, reference = _said(kind)
        own = _NOTES.get(name)
        yield Optimizer(
            f"pytorch_optimizer.{name}",
            adapted(kind, make=_maker(name, kind)),
            title=f"{kind.__name__} (pytorch-optimizer)",
            summary=summary,
            reference=reference,
            when="Where you want this very rule, to repeat a paper. First try the rules without a prefix.",
            notes=(
                *([own] if own else []),
                "Somebody else's code, from the package pytorch-optimizer: Downslope has not proven its rule, nor that "
                "a resumed run goes on to the bit.",
            ),
            closure=name in _CLOSURE,
            create_graph=name in _CREATE_GRAPH,
            named=name in _TWO_RULES or name in _BY_NAME,
        )
