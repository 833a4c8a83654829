"""Rules about hyper-parameters, for every kind of plugin: readable, checked, and none of them ignored."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from desktop_app.api.contributions import Contribution
from desktop_app.api.parameters import Parameter
from desktop_app.errors import PluginError
from desktop_app.registry.conformance.check import Rule, RuleError

if TYPE_CHECKING:
    from torch import Tensor

Exercise = Callable[[Any, Mapping[str, Any]], "Sequence[Tensor]"]
"""Makes what a contribution contributes with hyper-parameters, uses it, and returns all numbers that came out."""

# These choose how torch computes, not what; and the two forms of a rule may well be one.
_MAY_CHANGE_NOTHING = {"foreach", "fused", "capturable", "differentiable", "inplace", "form"}
_NONSENSE = (-1.0, 0.0)


def readable(contribution: Contribution) -> str:
    """Return the hyper-parameters, and notes on what a form cannot show of them.

    Raises: ``RuleError`` where a value must be given, or a default is refused by its own type or range.
    """
    notes: list[str] = []
    for parameter in contribution.parameters:
        name = parameter.name
        if parameter.required:
            raise RuleError(f"{name} has no default, so that {contribution} cannot be picked in a menu; give it one.")
        try:
            parameter.check(parameter.default)
        except ValueError as error:
            raise RuleError(f"the default of {name} does not fit its type: it {error}") from error
        if parameter.range and parameter.default is not None and parameter.default not in parameter.range:
            low, high = parameter.range.low, parameter.range.high
            raise RuleError(f"the default of {name}, {parameter.default}, lies outside its own Range({low}, {high}).")
        notes += _notes(parameter)
    names = ", ".join(parameter.name for parameter in contribution.parameters) or "none"
    return f"{names} ({'; '.join(notes)})" if notes else names


def _notes(parameter: Parameter) -> Iterator[str]:
    if parameter.kind == "any":
        yield f"{parameter.name} has no type that a form knows"
    if parameter.kind in ("number", "integer") and parameter.range is None:
        yield f"{parameter.name} has no Range"
    if not parameter.help:
        yield f"{parameter.name} is not explained under Args:"


def bad_values(exercise: Exercise) -> Rule:
    """Return the rule that bad values are refused with a sentence, or at least survived."""

    def verify(contribution: Contribution) -> str:
        _refuses(contribution, {"weigth_decayy": 0.1}, "an unknown name")
        refused = 0
        for parameter in contribution.parameters:
            if parameter.kind not in ("number", "integer"):
                continue
            _refuses(contribution, {parameter.name: float("nan")}, f"{parameter.name} = NaN")
            _refuses(contribution, {parameter.name: "a text"}, f'{parameter.name} = "a text"')
            for value in _NONSENSE:
                refused += not _survives(exercise, contribution, parameter.name, value)
        return f"unknown names, texts and NaN, and {refused} of the values -1 and 0; the others do no harm"

    return Rule("refuses bad values", verify)


def _refuses(contribution: Contribution, hyper: dict[str, Any], what: str) -> None:
    try:
        contribution.check(hyper)
    except PluginError:
        return
    raise RuleError(f"{what} is accepted in silence.")


def _survives(exercise: Exercise, contribution: Contribution, name: str, value: float) -> bool:
    """Return whether ``value`` is accepted and gives finite numbers. Raises: ``RuleError`` where it gives others."""
    try:
        numbers = exercise(contribution, {name: value})
    except PluginError:
        return False
    except (ValueError, RuntimeError):
        return False  # only when it is used: better late than never
    except Exception as error:
        raise RuleError(
            f"{name} = {value:g} is accepted, and then {type(error).__name__} is raised ({error}); raise ValueError "
            f"with a sentence."
        ) from error
    if not all(bool(tensor.isfinite().all()) for tensor in numbers):
        raise RuleError(f"{name} = {value:g} is accepted and gives NaN or infinity; raise ValueError with a sentence.")
    return True


def none_ignored(exercise: Exercise) -> Rule:
    """Return the rule that each hyper-parameter changes what comes out."""

    def verify(contribution: Contribution) -> str:
        tried, left = [], []
        for parameter in contribution.parameters:
            matters = None if parameter.name in _MAY_CHANGE_NOTHING else _matters(exercise, contribution, parameter)
            if matters is None:
                left.append(parameter.name)
            elif not matters:
                values = ", ".join(f"{value}" for value in alternatives(parameter))
                raise RuleError(f"{parameter.name} is ignored: with {values} the numbers are those of its default.")
            else:
                tried.append(parameter.name)
        return (", ".join(tried) or "there are none") + (f" (not tried: {', '.join(left)})" if left else "")

    return Rule("no hyper-parameter is ignored", verify)


def _matters(exercise: Exercise, contribution: Contribution, parameter: Parameter) -> bool | None:
    """Return whether any value changes the numbers, at the others' defaults or with one of the others changed.

    ``None`` where there was no value to try: none could be guessed, or all were refused.

    A coefficient may work only beside another one: a dampening needs a momentum.
    """
    others = [one for one in contribution.parameters if one is not parameter and one.name not in _MAY_CHANGE_NOTHING]
    single = ({other.name: value} for other in others for value in alternatives(other))
    tried = False
    for context in itertools.chain([{}], single):
        usual = _numbers(exercise, contribution, context)
        if usual is None:
            continue
        for value in alternatives(parameter):
            changed = _numbers(exercise, contribution, {**context, parameter.name: value})
            tried = tried or changed is not None
            if changed is not None and not same_numbers(usual, changed):
                return True
    return False if tried else None


def _numbers(exercise: Exercise, contribution: Contribution, hyper: Mapping[str, Any]) -> Sequence[Tensor] | None:
    """Return what comes out; nothing where the values are refused, and no numbers where they fail when used."""
    try:
        return exercise(contribution, hyper)
    except PluginError:
        if not hyper:
            raise
        return None
    except (ValueError, RuntimeError, AssertionError):
        if not hyper:
            raise
        return []


def same_numbers(first: Sequence[Tensor], second: Sequence[Tensor]) -> bool:
    """Return whether two lists of tensors hold the very same bits; one NaN equals another."""
    import torch

    return len(first) == len(second) and all(
        a.shape == b.shape and torch.equal(a.nan_to_num(nan=1.25), b.nan_to_num(nan=1.25))
        for a, b in zip(first, second, strict=True)
    )


def alternatives(parameter: Parameter) -> list[Any]:
    """Return a few values of ``parameter`` that are not its default; none for a kind whose values cannot be guessed."""
    default = None if parameter.required else parameter.default
    if parameter.kind == "switch":
        return [not default]
    if parameter.kind == "choice":
        return [choice for choice in parameter.choices if choice != default]
    if parameter.kind in ("number", "integer"):
        return _other_numbers(parameter, default)
    if parameter.kind == "list" and default and all(isinstance(item, int | float) for item in default):
        whole = all(isinstance(item, int) for item in default)
        if whole:
            return [tuple(max(1, item // 2) for item in default)]
        return [tuple(item / 2 for item in default), tuple((item + 1) / 2 for item in default)]
    return []


def _other_numbers(parameter: Parameter, default: Any) -> list[Any]:
    if parameter.range:
        low, high = parameter.range.low, parameter.range.high
        between = (low * high) ** 0.5 if parameter.range.log else (low + high) / 2
        found = [between, high, low]
    elif default:
        found = [default / 2, default * 2, default * 1000, default / 1000, 1.0]
    else:
        found = [0.5, 0.1, 2.0]
    if parameter.kind == "integer":
        found = [round(value) for value in found]
    return [value for value in dict.fromkeys(found) if value != default]
