"""Hyper-parameters, read from a factory's signature: the one place where defaults, types and ranges live.

Forms in the window, checks of experiment files and the plugins' cards are all made from these.
"""

from __future__ import annotations

import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from desktop_app.api.markers import Range
from desktop_app.errors import did_you_mean

ParameterKind = Literal["number", "integer", "switch", "choice", "text", "list", "any"]
REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    """One hyper-parameter of a plugin.

    ``default`` is ``REQUIRED`` where the signature gives none; ``optional`` says that ``None`` is a value of its own;
    ``range`` bounds sliders and searches; ``help`` is the line about it in the docstring's ``Args:``.
    """

    name: str
    kind: ParameterKind = "any"
    default: Any = REQUIRED
    range: Range | None = None
    choices: tuple[Any, ...] = ()
    optional: bool = False
    help: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is REQUIRED

    def check(self, value: Any) -> Any:
        """Return ``value`` in this parameter's type.

        Raises: ``ValueError`` with the rest of a sentence ("must be a number, got 'x'.") where it does not fit.
        """
        if value is None and (self.optional or self.default is None):
            return None
        if self.kind == "switch" and not isinstance(value, bool):
            raise ValueError(f"must be true or false, got {value!r}.")
        if self.kind in ("number", "integer"):
            return self._check_number(value)
        if self.kind == "choice" and value not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            raise ValueError(
                f"must be one of {allowed}, got {value!r}.{did_you_mean(str(value), map(str, self.choices))}"
            )
        if self.kind == "text" and not isinstance(value, str):
            raise ValueError(f"must be a text, got {value!r}.")
        if self.kind == "list":
            if isinstance(value, str) or not isinstance(value, Sequence):
                raise ValueError(f"must be a list, got {value!r}.")
            value = tuple(value)
        if not _all_finite(value):
            raise ValueError(f"must hold finite numbers only, got {value!r}.")
        return value

    def _check_number(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"must be a number, got {value!r}.")
        if not _all_finite(value):
            raise ValueError(f"must be a finite number, got {value!r}.")
        if self.kind == "integer":
            if value != int(value):
                raise ValueError(f"must be a whole number, got {value!r}.")
            return int(value)
        return float(value)


def _all_finite(value: Any) -> bool:
    """Return whether no number in ``value``, a list of lists or a mapping of them included, is NaN or infinite."""
    if isinstance(value, Mapping):
        return all(map(_all_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_all_finite, value))
    if not isinstance(value, int | float):
        return True
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


def parameters_of(factory: Callable[..., Any], given: int) -> tuple[Parameter, ...]:
    """Return the hyper-parameters of ``factory``, leaving out the first ``given`` that Downslope itself passes."""
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):  # some functions written in C have none
        return ()
    hints = _type_hints(factory)
    explained = _argument_help(inspect.getdoc(factory) or "")
    named = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return tuple(
        _read(parameter, hints.get(parameter.name, parameter.annotation), explained.get(parameter.name, ""))
        for parameter in named[given:]
    )


def check_values(parameters: Sequence[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` in their parameters' types.

    Raises: ``KeyError(name, hint)`` for a name that no parameter has, ``ValueError(name, reason)`` for a wrong value.
    """
    known = {parameter.name: parameter for parameter in parameters}
    checked = {}
    for name, value in values.items():
        if name not in known:
            raise KeyError(name, did_you_mean(name, known))
        try:
            checked[name] = known[name].check(value)
        except ValueError as error:
            raise ValueError(name, str(error)) from error
    for parameter in parameters:
        if parameter.required and parameter.name not in values:
            raise ValueError(parameter.name, "must be given.")
    return checked


def _type_hints(factory: Callable[..., Any]) -> dict[str, Any]:
    target = factory.__init__ if inspect.isclass(factory) else factory  # type: ignore[misc]
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - a plugin's border: annotations may name what is not there when it runs
        return {}


def _read(parameter: inspect.Parameter, annotation: Any, explained: str) -> Parameter:
    default = parameter.default
    span = None
    optional = default is None
    if typing.get_origin(annotation) is Annotated:
        annotation, *extras = typing.get_args(annotation)
        span = next((extra for extra in extras if isinstance(extra, Range)), None)
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = typing.get_args(annotation)
        optional = optional or type(None) in members
        rest = [member for member in members if member is not type(None)]
        if len(rest) == 1:
            annotation = rest[0]
            if typing.get_origin(annotation) is Annotated:
                annotation, *extras = typing.get_args(annotation)
                span = span or next((extra for extra in extras if isinstance(extra, Range)), None)
        elif float in rest:  # ``float | Tensor``, as torch's own optimizers have it
            annotation = float
    choices: tuple[Any, ...] = ()
    if typing.get_origin(annotation) is Literal:
        choices = typing.get_args(annotation)
    kind = _kind(annotation, default, choices)
    return Parameter(parameter.name, kind, default, span, choices, optional, explained)


def _kind(annotation: Any, default: Any, choices: tuple[Any, ...]) -> ParameterKind:
    if choices:
        return "choice"
    if annotation in (inspect.Parameter.empty, Any):
        annotation = type(default)
    origin = typing.get_origin(annotation) or annotation
    kinds: dict[Any, ParameterKind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    if origin in kinds:
        return kinds[origin]
    if origin in (list, tuple) or (inspect.isclass(origin) and issubclass(origin, Sequence)):
        return "list"
    return "any"


def _argument_help(docstring: str) -> dict[str, str]:
    """Return what a Google-style docstring says under ``Args:`` about each argument."""
    section = re.search(r"^Args:\s*\n((?:[ \t]+.*\n?|\n)+)", docstring, re.MULTILINE)
    if not section:
        return {}
    block = inspect.cleandoc("\n" + section.group(1))
    entries = re.split(r"\n(?=\w+(?: \([^)]*\))?:)", block)
    explained = {}
    for entry in entries:
        name, colon, text = entry.partition(":")
        if colon:
            explained[name.split(" ")[0].strip()] = " ".join(text.split())
    return explained
