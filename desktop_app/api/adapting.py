"""Somebody else's class as a factory, for the authors of plugins that bring in a whole library."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Container, Mapping
from typing import Any

# What an experiment file can hold; a callable, a dtype or an enumeration it cannot.
_WRITABLE = (bool, int, float, str, tuple, list)
# How torch and its followers compute, not what: left to their own choice.
_TECHNICAL = frozenset({"capturable", "compile", "differentiable", "foreach", "fused", "maximize", "verbose"})


def adapted(
    maker: Callable[..., Any],
    defaults: Mapping[str, Any] | None = None,
    leave_out: Container[str] = (),
    make: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    """Return a factory with those hyper-parameters of ``maker`` that an experiment can set, in clean types.

    The first argument stays as it is. ``*args``, ``**kwargs``, technical switches (``foreach``, ``fused``, ...) and
    what has no value that can be written down fall away; ``float | Tensor`` becomes ``float``; a whole 0 without an
    annotation counts as a number with a fraction, because libraries write ``weight_decay=0``.

    Args:
        maker: A class or a function whose first argument Downslope passes.
        defaults: Values in place of the library's own.
        leave_out: Names of further hyper-parameters to leave out.
        make: What is called instead of ``maker``, with the same arguments.
    """
    changed = dict(defaults or {})
    hints = _hints(maker)
    first, *others = inspect.signature(maker).parameters.values()
    kept = [first.replace(annotation=inspect.Parameter.empty, default=inspect.Parameter.empty)]
    for parameter in others:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.name in _TECHNICAL or parameter.name in leave_out:
            continue
        default = changed.get(parameter.name, parameter.default)
        annotation = _annotation(hints.get(parameter.name), default)
        if annotation is not None:
            kept.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default))

    def factory(*given: Any, **hyper: Any) -> Any:
        return (make or maker)(*given, **{**changed, **hyper})

    factory.__name__ = getattr(maker, "__name__", "factory")
    factory.__doc__ = inspect.getdoc(maker)
    factory.__annotations__ = {parameter.name: parameter.annotation for parameter in kept[1:]}
    factory.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
    factory.__wrapped__ = maker  # type: ignore[attr-defined]
    return factory


def _hints(maker: Callable[..., Any]) -> dict[str, Any]:
    target = maker.__init__ if inspect.isclass(maker) else maker  # type: ignore[misc]
    try:
        return typing.get_type_hints(target)
    except Exception:  # noqa: BLE001 - somebody else's code: annotations may name what is not there when it runs
        return {}


def _annotation(hint: Any, default: Any) -> Any:
    """Return the type to show, or ``None`` for what an experiment cannot hold."""
    members = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    if typing.get_origin(hint) is typing.Literal:
        return hint
    if default is None or default is inspect.Parameter.empty:
        found = _plain(members)
        if found is None or default is inspect.Parameter.empty:
            return found
        return found | None
    if type(default) not in _WRITABLE:
        return None
    if isinstance(default, tuple | list):
        return tuple if all(type(item) in (int, float) for item in default) else None
    if type(default) is int and (float in members or (hint is None and default == 0)):
        return float
    return type(default)


def _plain(members: tuple[Any, ...]) -> Any:
    """Return the one of ``members`` that can be written down, numbers first."""
    for wanted in (float, int, str):
        if wanted in members:
            return wanted
    return tuple if any((typing.get_origin(member) or member) in (tuple, list) for member in members) else None
