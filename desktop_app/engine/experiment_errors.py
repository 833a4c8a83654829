"""Turns pydantic's findings about an experiment into one sentence that names the key and the nearest valid name."""

from __future__ import annotations

import math
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from desktop_app.errors import ExperimentError, did_you_mean

_SHOWN_CHARACTERS = 80
_DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
# What people write for a device, and its name here; by letters alone "gpu" is nearest to "xpu".
_DEVICE_MEANT = {"gpu": "cuda", "nvidia": "cuda", "rocm": "cuda", "metal": "mps", "apple": "mps"}
_LEARNING_RATE = ("lr", "learning_rate")

_PLAIN_WORDS = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
    "string_unicode": "must be a text of valid characters",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least {}"),
    "greater_than": ("gt", "must be above {}"),
    "less_than_equal": ("le", "must be at most {}"),
    "less_than": ("lt", "must be below {}"),
    "string_too_long": ("max_length", "must have at most {} characters"),
}


def readable(error: ValidationError, model: type[BaseModel]) -> ExperimentError:
    """Return the first finding about an experiment, whose class is ``model``, as an ``ExperimentError``."""
    found = error.errors()[0]
    keys = [part for part in found["loc"] if isinstance(part, str)]
    key = ".".join(keys)
    if found["type"] == "extra_forbidden":
        return ExperimentError(key, _no_such_key(model, keys))
    if found["type"] == "missing":
        if keys in (["data"], ["data", "source"]):
            return ExperimentError("data.source", "must be given, for instance image_folder, table or digits.")
        return ExperimentError(key, "must be given.")
    if found["type"] == "value_error":
        return ExperimentError(key, f"{(found.get('ctx') or {}).get('error', found['msg'])}.")
    if found["type"] in ("model_type", "model_attributes_type"):
        return ExperimentError(key, f"{_needs_a_table(model, keys)}, got {_shown(found['input'])}.")
    places = [part for part in found["loc"] if isinstance(part, int)]
    item = f"item {places[0] + 1} " if places else ""
    return ExperimentError(key, f"{item}{_sentence(found)}")


def refuse_non_finite(content: Any, key: str = "") -> None:
    """Raise ``ExperimentError`` for a number in nested plain values that is NaN or infinite.

    Pydantic looks at declared keys alone, and a plugin's hyper-parameters are not declared.
    """
    if isinstance(content, dict):
        for name, value in content.items():
            refuse_non_finite(value, f"{key}.{name}" if key else str(name))
    elif isinstance(content, list | tuple):
        for value in content:
            refuse_non_finite(value, key)
    elif isinstance(content, float) and not math.isfinite(content):
        raise ExperimentError(key, f"must be a finite number, got {content!r}.")


def _no_such_key(model: type[BaseModel], keys: list[str]) -> str:
    *above, wrong = keys
    section = _section(model, above)
    known = list(section.model_fields) if section else []
    place = f"[{'.'.join(above)}]" if above else "an experiment"
    elsewhere = [f"{name}.{wrong}" for name, other in _sections(model) if wrong in other.model_fields]
    if wrong in _LEARNING_RATE and "optimizer" in known:
        hint = f' Did you mean "{".".join(above)}.optimizer.lr"?'
    else:
        # The very name in another section is nearer than a name that is merely alike.
        hint = f' Did you mean "{elsewhere[0]}"?' if elsewhere else did_you_mean(wrong, known)
    return f"{place} has no such key. It has: {', '.join(known)}.{hint}"


def _needs_a_table(model: type[BaseModel], keys: list[str]) -> str:
    section = _section(model, keys)
    if section and section.model_config.get("extra") == "allow":
        return "must be a name or a table with a name"
    return f"must be a section, [{'.'.join(keys)}] with keys of its own"


def _sentence(found: Any) -> str:
    value, context = found["input"], found.get("ctx") or {}
    shown = _shown(value)
    if found["type"] == "literal_error":
        expected = context["expected"].replace("'", "")
        names = expected.replace(" or ", ", ").split(", ")
        return f"must be one of {expected}, got {shown}.{did_you_mean(str(value), names)}"
    if found["type"] == "string_pattern_mismatch":  # the device is the one key with a pattern
        meant = _DEVICE_MEANT.get(value.lower().partition(":")[0])
        hint = f' Did you mean "{meant}"?' if meant else did_you_mean(value, _DEVICES)
        return f"must be auto, cpu, cuda, cuda:1 (or another number) or mps, got {shown}.{hint}"
    if found["type"] in _BOUNDS:
        bound, words = _BOUNDS[found["type"]]
        return f"{words.format(_number(context[bound]))}, got {shown}."
    message = found["msg"].replace("Input should be", "must be")
    return f"{_PLAIN_WORDS.get(found['type'], message[0].lower() + message[1:])}, got {shown}."


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[: _SHOWN_CHARACTERS - 3] + "..."


def _number(bound: Any) -> str:
    return f"{bound:g}" if isinstance(bound, float) else str(bound)


def _sections(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name in model.model_fields:
        section = _section(model, [name])
        if section:
            yield name, section


def _section(model: type[BaseModel], keys: list[str]) -> type[BaseModel] | None:
    """Return the model that ``keys`` lead to, or ``None`` where they lead to a plain value or nowhere."""
    for key in keys:
        if key not in model.model_fields:
            return None
        below = next(_models_in(model.model_fields[key].annotation), None)
        if below is None:
            return None
        model = below
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for member in typing.get_args(annotation):
        yield from _models_in(member)
