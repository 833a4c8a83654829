"""What an exported ONNX file says about itself: labels, task, and how its pictures or columns are prepared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from desktop_app.errors import ModelError
from desktop_app.reading.pictures import Interpolation, Rule

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Resize:
    """How a picture of any size becomes one of ``size``, which is ``(height, width)`` in pixels."""

    size: tuple[int, int]
    rule: Rule = "crop"
    interpolation: Interpolation = "bilinear"

    def to_json(self) -> str:
        """Return ``{"size": [height, width], "rule": ..., "interpolation": ...}``."""
        return json.dumps({"size": list(self.size), "rule": self.rule, "interpolation": self.interpolation})

    @classmethod
    def from_json(cls, text: str) -> Resize:
        """Read what ``to_json`` wrote.

        Raises: ``ValueError`` with half a sentence for anything else.
        """
        content = _json_object(text)
        size = content.get("size")
        if not (isinstance(size, list) and len(size) == 2 and all(type(side) is int and side > 0 for side in size)):
            raise ValueError(f"has size {size!r} instead of a height and a width in pixels")
        rule, interpolation = content.get("rule", "crop"), content.get("interpolation", "bilinear")
        if rule not in get_args(Rule):
            raise ValueError(f"has the rule {rule!r}, which is none of {', '.join(get_args(Rule))}")
        if interpolation not in get_args(Interpolation):
            raise ValueError(f"has the interpolation {interpolation!r}, none of {', '.join(get_args(Interpolation))}")
        return cls((size[0], size[1]), rule, interpolation)


@dataclass(frozen=True)
class Columns:
    """The columns of a table model, in order; a categorical one has the words that its numbers stand for."""

    names: tuple[str, ...]
    vocabularies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return ``{"names": [...], "vocabularies": {name: [...]}}``."""
        words = {name: list(vocabulary) for name, vocabulary in self.vocabularies.items()}
        return json.dumps({"names": list(self.names), "vocabularies": words}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Columns:
        """Read what ``to_json`` wrote.

        Raises: ``ValueError`` with half a sentence for anything else.
        """
        content = _json_object(text)
        names, vocabularies = content.get("names"), content.get("vocabularies", {})
        if not _is_texts(names) or not names:
            raise ValueError("has no list of column names")
        if not isinstance(vocabularies, dict) or not all(map(_is_texts, vocabularies.values())):
            raise ValueError("has vocabularies that are not lists of texts")
        return cls(tuple(names), {name: tuple(words) for name, words in vocabularies.items()})


@dataclass(frozen=True)
class Metadata:
    """The ``downslope.*`` entries of an ONNX file's ``metadata_props``.

    ``labels`` name the outputs in order and are empty for regression; ``resize`` is there for picture models,
    ``columns`` for table models.
    """

    labels: tuple[str, ...] = ()
    task: Task = "classification"
    resize: Resize | None = None
    columns: Columns | None = None

    def to_props(self) -> dict[str, str]:
        """Return the entries to write into ``metadata_props``."""
        props = {"downslope.labels": json.dumps(list(self.labels), ensure_ascii=False), "downslope.task": self.task}
        if self.resize is not None:
            props["downslope.resize"] = self.resize.to_json()
        if self.columns is not None:
            props["downslope.columns"] = self.columns.to_json()
        return props

    @classmethod
    def from_props(cls, props: Mapping[str, str], file: object = "model") -> Metadata:
        """Read the entries of the model in ``file``, which only names it in errors.

        Raises: ``ModelError`` for an unknown task, missing labels, and an entry that is not what ``to_props`` writes.
        """
        task = props.get("downslope.task", "classification")
        if task not in get_args(Task):
            raise ModelError(f'The model "{file}" is for the task "{task}", which is not known; export it again.')
        if task == "classification" and "downslope.labels" not in props:
            raise ModelError(f'The model "{file}" has no labels (downslope.labels); export it again with Downslope.')
        return cls(
            labels=_read("downslope.labels", props, _labels, file) or (),
            task="regression" if task == "regression" else "classification",
            resize=_read("downslope.resize", props, Resize.from_json, file),
            columns=_read("downslope.columns", props, Columns.from_json, file),
        )


def _read(key: str, props: Mapping[str, str], reader: Any, file: object) -> Any:
    if key not in props:
        return None
    try:
        return reader(props[key])
    except ValueError as error:  # JSON's own errors are ValueErrors, too
        reason = "is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ModelError(f'The model "{file}" cannot be used: its entry {key} {reason}; export it again.') from error


def _labels(text: str) -> tuple[str, ...]:
    labels = json.loads(text)
    if not _is_texts(labels):
        raise ValueError("is not a list of texts")
    return tuple(labels)


def _json_object(text: str) -> dict[str, Any]:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("is not a JSON object")
    return content


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
