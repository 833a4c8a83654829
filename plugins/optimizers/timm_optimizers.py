"""Every optimizer of ``timm.optim``, as ``timm.NAME``."""

import inspect
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from timm.optim._optim_factory import OptimInfo, get_optimizer_class, get_optimizer_info, list_optimizers

from desktop_app.api import Optimizer, adapted, hookimpl

_HOME = "https://github.com/huggingface/pytorch-image-models"
# Libraries of CUDA kernels that timm only names: theirs are classes of another package, given as a text.
LEFT_OUT = ("apex.", "bitsandbytes.")
# timm leaves these without one, or with one that says that the rule chooses for itself.
_LEARNING_RATES = {"adafactor": 0.001, "cadafactor": 0.001, "sgdp": 0.01, "csgdp": 0.01}
_MOMENTUM = 0.9
"""What timm's own factory gives every rule that has one."""


def _is_elsewhere(info: OptimInfo) -> bool:
    return isinstance(info.opt_class, str) and info.opt_class.startswith(LEFT_OUT)


def _defaults(info: OptimInfo) -> dict[str, Any]:
    defaults = dict(info.defaults or {})
    if info.has_momentum:
        defaults.setdefault("momentum", _MOMENTUM)
    if info.name in _LEARNING_RATES:
        defaults["lr"] = _LEARNING_RATES[info.name]
    return defaults


def _class_of(name: str) -> Callable[..., Any]:
    found = get_optimizer_class(name, bind_defaults=False)
    return found.func if isinstance(found, partial) else found  # type: ignore[no-any-return]


def _maker(kind: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes ``kind`` with nothing compiled: kron would look for a C++ compiler and take minutes."""

    def make(params: Any, **hyper: Any) -> Any:
        optimizer = kind(params, **hyper)
        for name, value in list(vars(optimizer).items()):
            plain = getattr(value, "_torchdynamo_orig_callable", None)
            if plain is not None:
                setattr(optimizer, name, plain)
        return optimizer

    return make


def _address(kind: Callable[..., Any]) -> str:
    found = re.search(r"https?://[^\s>)`]+", inspect.getdoc(kind) or "")
    return found.group().rstrip(".,") if found else _HOME


@hookimpl
def register_optimizers() -> Iterator[Optimizer]:
    for name in map(str, list_optimizers()):
        info = get_optimizer_info(name)
        if _is_elsewhere(info):
            continue
        kind = _class_of(name)
        yield Optimizer(
            f"timm.{name}",
            adapted(kind, defaults=_defaults(info), make=_maker(kind)),
            title=f"{name} (timm)",
            summary=info.description.rstrip(".") or name,
            reference=_address(kind),
            when="Where a recipe of timm asks for it, to train as timm's own scripts do.",
            notes=(
                "Somebody else's code, from the package timm: Downslope has not proven its rule, nor that a resumed "
                "run goes on to the bit.",
                "The defaults are those of timm's own factory, such as a momentum of 0.9.",
            ),
            create_graph=info.second_order,
        )
