"""What a plugin makes, as the one call that makes the same: ``torch.optim.Adam(params, lr=0.001)``.

Nothing is guessed: the call is tried, and taken only where what it makes is the same down to its state.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api import Activation, Contribution, Initializer, Normalization, Optimizer
from desktop_app.engine.learn.standalone import is_house

# What says most about an optimizer is written out even where it is what the library would take anyhow.
_ALWAYS = ("lr", "momentum", "alpha", "betas")
_PLAIN = (bool, int, float, str, tuple, type(None))
_FEATURES = 8


@dataclass(frozen=True)
class Made:
    """A call: ``name`` after the line ``imported``, or ``source``, a class of the plugin's own; then its arguments.

    ``takes_first`` says that the first argument is what Downslope passes, such as the parameters.
    """

    name: str
    imported: str
    arguments: list[str]
    takes_first: bool
    source: Callable[..., Any] | None = None


def made_with_one_call(contribution: Contribution, hyper: Mapping[str, Any]) -> Made | None:
    """Return the call, or ``None`` where there is none that makes the very same.

    Raises: ``PluginError`` where the plugin refuses the hyper-parameters.
    """
    if isinstance(contribution, Optimizer):
        return _optimizer(contribution, hyper)
    if isinstance(contribution, Activation):
        return _module(contribution.create(**hyper))
    if isinstance(contribution, Normalization):
        return _module(contribution.create(_FEATURES, 0, **hyper))
    if isinstance(contribution, Initializer) and getattr(contribution.function, "__module__", "") == "torch.nn.init":
        name = f"nn.init.{contribution.function.__name__}"
        return Made(name, "from torch import nn", [f"{key}={value!r}" for key, value in hyper.items()], True)
    return None


def _module(module: nn.Module) -> Made | None:
    """Try what a module of torch prints, which is most often its constructor."""
    kind = type(module)
    if not kind.__module__.startswith("torch.nn.") or getattr(nn, kind.__name__, None) is not kind:
        return None
    shown = repr(module)
    try:
        call = ast.parse(shown, mode="eval").body
        if not isinstance(call, ast.Call):
            return None
        values = [ast.literal_eval(value) for value in call.args]
        named = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in call.keywords}
        again = kind(*values, **named)
    except Exception:  # noqa: BLE001 - not every module prints what makes it
        return None
    if repr(again) != shown or not _same(module.state_dict(), again.state_dict()) or _plain(module) != _plain(again):
        return None
    arguments = [ast.unparse(part) for part in (*call.args, *call.keywords)]
    return Made(f"nn.{kind.__name__}", "from torch import nn", arguments, False)


def _optimizer(contribution: Optimizer, hyper: Mapping[str, Any]) -> Made | None:
    """An optimizer keeps its hyper-parameters in its groups, under the names that its constructor has for them."""
    weights = [nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2))]
    given = [(f"layer.{place}", weight) for place, weight in enumerate(weights)] if contribution.named else weights
    made = contribution.create(given, **hyper)
    if not isinstance(made, torch.optim.Optimizer) or len(made.param_groups) != 1:
        return None
    kind = type(made)
    signature = inspect.signature(kind)
    group = made.param_groups[0]
    arguments = {}
    for name, parameter in list(signature.parameters.items())[1:]:
        if name in group and name != "params":
            value = group[name]
            if name in _ALWAYS or _differs(value, parameter.default):
                arguments[name] = value
    if not all(isinstance(value, _PLAIN) for value in arguments.values()):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            again = kind(given, **arguments)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a plugin's border: another class need not take what its groups hold
        return None
    if not _same(made.state_dict(), again.state_dict()) or _plain(made) != _plain(again):
        return None
    shown = [f"{name}={value!r}" for name, value in arguments.items()]
    return Made(*how_imported(kind), shown, True, kind if is_house(kind.__module__) else None)


def _differs(value: object, default: object) -> bool:
    """Return whether a value has to be written out; 0.0 is 0, but False is not."""
    if isinstance(value, bool) is not isinstance(default, bool):
        return True
    return not isinstance(value, _PLAIN) or value != default


def how_imported(kind: type) -> tuple[str, str]:
    """Return the name that a class is used by, and the line that imports it from as far up as it can be had."""
    if getattr(torch.optim, kind.__name__, None) is kind:
        return f"torch.optim.{kind.__name__}", "import torch"
    parts = kind.__module__.split(".")
    for length in range(1, len(parts) + 1):
        package = ".".join(parts[:length])
        with contextlib.suppress(ImportError):
            if getattr(__import__(package, fromlist=["_"]), kind.__name__, None) is kind:
                return kind.__name__, f"from {package} import {kind.__name__}"
    return kind.__name__, f"from {kind.__module__} import {kind.__qualname__}"


def _plain(thing: object) -> dict[str, Any]:
    """Return the settings that an object keeps in attributes; its hooks count too, as numbers of them."""
    own = {name: value for name, value in vars(thing).items() if isinstance(value, _PLAIN)}
    hooks = {name: len(value) for name, value in vars(thing).items() if name.endswith("_hooks")}
    own.pop("_zero_grad_profile_name", None)
    return own | hooks


def _same(one: Any, other: Any) -> bool:
    """Return whether two states are alike, tensors bit for bit."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return not _differs(one, other)
