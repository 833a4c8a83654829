"""The sections of an experiment as parameters, so that plain settings and plugins get the same forms."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from desktop_app.api.markers import Range
from desktop_app.api.parameters import REQUIRED, Parameter, ParameterKind

# What sliders and arrows span where the section's own bounds are too wide to be of use.
_SPANS = {
    "validation": Range(0.0, 0.5),
    "test": Range(0.0, 0.5),
    "dropout": Range(0.0, 0.9),
    "label_smoothing": Range(0.0, 0.3),
    "threads": Range(0, 256),
    "layer_decay": Range(0.5, 1.0),
    "adapters": Range(0, 64),
}


def section_parameters(section: type[BaseModel], names: Sequence[str]) -> list[Parameter]:
    """Return the named fields of a section as parameters, in the order of ``names``."""
    return [_parameter(name, section.model_fields[name]) for name in names]


def _parameter(name: str, field: FieldInfo) -> Parameter:
    annotation: Any = field.annotation
    members = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    if typing.get_origin(annotation) is typing.Union:
        members = typing.get_args(annotation)
    optional = type(None) in members
    annotation = next(member for member in members if member is not type(None))
    if typing.get_origin(annotation) is typing.Annotated:
        annotation = typing.get_args(annotation)[0]
    choices = typing.get_args(annotation) if typing.get_origin(annotation) is typing.Literal else ()
    kinds: dict[Any, ParameterKind] = {bool: "switch", int: "integer", float: "number", str: "text", tuple: "list"}
    kind = "choice" if choices else kinds.get(typing.get_origin(annotation) or annotation, "any")
    default = REQUIRED if field.is_required() else field.default
    made = Parameter(name, kind, default, None, choices, optional, field.description or "")
    return replace(made, range=_SPANS.get(name) or _bounds(field))


def _bounds(field: FieldInfo) -> Range | None:
    """Return the bounds that the field itself has, where it has both."""
    low = next((mark.ge for mark in field.metadata if hasattr(mark, "ge")), None)
    high = next((getattr(mark, "le", getattr(mark, "lt", None)) for mark in field.metadata if _is_upper(mark)), None)
    return Range(low, high) if isinstance(low, int | float) and isinstance(high, int | float) else None


def _is_upper(mark: object) -> bool:
    return hasattr(mark, "le") or hasattr(mark, "lt")
