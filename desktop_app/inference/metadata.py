"""What an exported ONNX file says about itself: labels, task, and how its pictures or columns are prepared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from desktop_app.errors import ModelError
from desktop_app.reading.pictures import Interpolation, Rule

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Resize:
    """How a picture of any size becomes one of ``size``, which is ``(height, width)`` in pixels.

    Where it is ``inside``, the graph does it and takes pictures as they are.
    """

    size: tuple[int, int]
    rule: Rule = "crop"
    interpolation: Interpolation = "bilinear"
    inside: bool = False

    def to_json(self) -> str:
        """Return ``{"size": [height, width], "rule": ..., "interpolation": ...}``, and ``"inside": true`` where so."""
        content = {"size": list(self.size), "rule": self.rule, "interpolation": self.interpolation}
        return json.dumps({**content, "inside": True} if self.inside else content)

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
        if not isinstance(inside := content.get("inside", False), bool):
            raise ValueError(f"has inside {inside!r} instead of true or false")
        return cls((size[0], size[1]), rule, interpolation, inside)


@dataclass(frozen=True)
class Pixels:
    """How the pixels of an RGB picture go into the graph.

    ``layout`` is ``nhwc`` (``[batch, height, width, 3]``) or ``nchw``; ``type`` ``uint8`` (0 to 255, as files have
    them) or ``float32``: then a pixel's value from 0 to 1, less ``mean``, divided by ``std``, a number a channel.
    """

    layout: Literal["nhwc", "nchw"] = "nhwc"
    type: Literal["uint8", "float32"] = "uint8"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def to_json(self) -> str:
        """Return ``{"layout": ..., "type": ..., "mean": [...], "std": [...]}``."""
        return json.dumps(
            {"layout": self.layout, "type": self.type, "mean": list(self.mean), "std": list(self.std)},
        )

    @classmethod
    def from_json(cls, text: str) -> Pixels:
        """Read what ``to_json`` wrote; what is left out is as Downslope's own models have it.

        Raises: ``ValueError`` with half a sentence for anything else.
        """
        content = _json_object(text)
        layout, kind = content.get("layout", "nhwc"), content.get("type", "uint8")
        if layout not in ("nhwc", "nchw"):
            raise ValueError(f"has the layout {layout!r}, which is neither nhwc nor nchw")
        if kind not in ("uint8", "float32"):
            raise ValueError(f"has the type {kind!r}, which is neither uint8 nor float32")
        mean, std = content.get("mean", [0.0] * 3), content.get("std", [1.0] * 3)
        for numbers in (mean, std):
            if not (isinstance(numbers, list) and len(numbers) == 3 and all(map(_is_finite, numbers))):
                raise ValueError(f"has {numbers!r} where three numbers were expected, one a channel")
        if not all(std):
            raise ValueError("divides by a std of 0")
        return cls(layout, kind, (mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Downslope's ``version``, the ``run``'s name, the SHA-256 of the run's ``data``, and the ``variant``: ``float32``,
    ``float16`` or ``int8``.
    """

    version: str = ""
    run: str = ""
    data: str = ""
    variant: str = "float32"

    def to_json(self) -> str:
        """Return ``{"version": ..., "run": ..., "data_sha256": ..., "variant": ...}``."""
        content = {"version": self.version, "run": self.run, "data_sha256": self.data, "variant": self.variant}
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Origin:
        """Read what ``to_json`` wrote.

        Raises: ``ValueError`` with half a sentence for anything else.
        """
        content = _json_object(text)
        found = [content.get(key, "") for key in ("version", "run", "data_sha256")] + [
            content.get("variant", "float32")
        ]
        if not _is_texts(found):
            raise ValueError("has something that is not a text")
        return cls(*found)


@dataclass(frozen=True)
class Calibration:
    """What validation samples taught about a classifier's probabilities.

    ``temperature`` is what the logits are divided by, inside the graph. A label whose probability is below ``not_sure``
    (0 to 1; 0 where every label counts) is to be looked at by a person.
    """

    temperature: float = 1.0
    not_sure: float = 0.0

    def to_json(self) -> str:
        """Return ``{"temperature": ..., "not_sure": ...}``."""
        return json.dumps({"temperature": self.temperature, "not_sure": self.not_sure})

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Read what ``to_json`` wrote.

        Raises: ``ValueError`` with half a sentence for anything else.
        """
        content = _json_object(text)
        temperature, not_sure = content.get("temperature", 1.0), content.get("not_sure", 0.0)
        if not _is_finite(temperature) or temperature <= 0:
            raise ValueError(f"has the temperature {temperature!r}, which is no number above 0")
        if not _is_finite(not_sure) or not 0 <= not_sure <= 1:
            raise ValueError(f"has the not-sure threshold {not_sure!r}, which is no number from 0 to 1")
        return cls(float(temperature), float(not_sure))


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
    ``columns`` for table models. ``calibration`` is there where one was fitted, ``origin`` where the model is
    Downslope's.
    """

    labels: tuple[str, ...] = ()
    task: Task = "classification"
    resize: Resize | None = None
    columns: Columns | None = None
    pixels: Pixels = Pixels()
    calibration: Calibration | None = None
    origin: Origin | None = None

    def to_props(self) -> dict[str, str]:
        """Return the entries to write into ``metadata_props``."""
        props = {"downslope.labels": json.dumps(list(self.labels), ensure_ascii=False), "downslope.task": self.task}
        if self.resize is not None:
            props["downslope.resize"] = self.resize.to_json()
        if self.columns is not None:
            props["downslope.columns"] = self.columns.to_json()
        if self.pixels != Pixels():
            props["downslope.pixels"] = self.pixels.to_json()
        if self.calibration is not None:
            props["downslope.calibration"] = self.calibration.to_json()
        if self.origin is not None:
            props["downslope.origin"] = self.origin.to_json()
        return props

    @classmethod
    def from_props(
        cls, props: Mapping[str, str], file: object = "model", what: str = "The model", advice: str = "export it again"
    ) -> Metadata:
        """Read the entries of the model in ``file``, which, as ``what`` and ``advice``, is only there for errors.

        Raises: ``ModelError`` for an unknown task, missing labels, and an entry that is not what ``to_props`` writes.
        """
        named = f'{what} "{file}"'
        task = props.get("downslope.task", "classification")
        if task not in get_args(Task):
            raise ModelError(f'{named} is for the task "{task[:80]}", which is not known; {advice}.')
        if task == "classification" and "downslope.labels" not in props:
            raise ModelError(f"{named} has no labels (downslope.labels); {advice}.")

        def read(key: str, reader: Callable[[str], Any]) -> Any:
            if key not in props:
                return None
            try:
                return reader(props[key])
            except (ValueError, RecursionError) as error:  # JSON's own errors are ValueErrors, too
                deep = isinstance(error, json.JSONDecodeError | RecursionError)
                reason = "is not JSON" if deep else str(error)[:300]
                raise ModelError(f"{named} cannot be used: its entry {key} {reason}; {advice}.") from error

        return cls(
            labels=read("downslope.labels", _labels) or (),
            task="regression" if task == "regression" else "classification",
            resize=read("downslope.resize", Resize.from_json),
            columns=read("downslope.columns", Columns.from_json),
            pixels=read("downslope.pixels", Pixels.from_json) or Pixels(),
            calibration=read("downslope.calibration", Calibration.from_json),
            origin=read("downslope.origin", Origin.from_json),
        )


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


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
