"""Turns pydantic's findings about an experiment into one sentence that names the key and the nearest valid name."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from desktop_app.errors import ExperimentError, did_you_mean

# Pydantic puts the branches of unions and validators into its locations; people know only the keys.
_NOT_KEYS = {"function-before[_choice(), PluginChoice]", "PluginChoice", "int", "float", "tuple[int, ...]"}


def readable(error: ValidationError, model: type[BaseModel], content: dict[str, Any]) -> ExperimentError:
    """Return the first finding as an ``ExperimentError``."""
    found = error.errors()[0]
    keys = [str(part) for part in found["loc"] if str(part) not in _NOT_KEYS and "[" not in str(part)]
    key = ".".join(keys)
    if found["type"] == "extra_forbidden":
        section = _section(model, keys[:-1])
        place = f"[{'.'.join(keys[:-1])}]" if keys[:-1] else "an experiment"
        known = list(section.model_fields) if section else []
        hint = did_you_mean(keys[-1], known)
        return ExperimentError(key, f"{place} has no such key. It has: {', '.join(known)}.{hint}")
    if found["type"] == "missing":
        if keys in (["data"], ["data", "source"]):
            return ExperimentError("data.source", "must be given, for instance image_folder, table or digits.")
        return ExperimentError(key, "must be given.")
    return ExperimentError(key, _sentence(found))


def _sentence(found: Any) -> str:
    value, context = found.get("input"), found.get("ctx") or {}
    shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "..."
    if found["type"] == "literal_error":
        return f"must be one of {context['expected']}, got {shown}.{_near_literal(value, context['expected'])}"
    if found["type"] == "string_pattern_mismatch":
        return f"must be auto, cpu, cuda, cuda:1 (any number) or mps, got {shown}.{did_you_mean(str(value), _DEVICES)}"
    if found["type"] == "value_error":
        return f"{context.get('error', found['msg'])}."
    if found["type"] in ("model_type", "model_attributes_type"):
        return f"must be a name or a table with a name, got {shown}."
    message = found["msg"].replace("Input should be", "must be").replace("a valid ", "a ")
    return f"{message[0].lower()}{message[1:]}, got {shown}."


_DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")


def _near_literal(value: Any, expected: str) -> str:
    names = [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]
    return did_you_mean(str(value), names)


def _section(model: type[BaseModel], keys: list[str]) -> type[BaseModel] | None:
    """Return the model of the section that ``keys`` lead to."""
    for key in keys:
        if key not in model.model_fields:
            return None
        annotation: Any = model.model_fields[key].annotation
        members = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
        below = next((member for member in members if isinstance(member, type) and issubclass(member, BaseModel)), None)
        if below is None:
            return None
        model = below
    return model
