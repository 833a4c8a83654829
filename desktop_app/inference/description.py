"""What a person says about a model that says nothing of itself: a JSON file beside it, or names on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from desktop_app.errors import DataError, ModelError, did_you_mean
from desktop_app.inference.metadata import Metadata

_PREFIX = "downslope."
_KEYS = ("labels", "task", "resize", "columns", "pixels", "calibration", "origin")
_LARGEST_BYTES = 16 * 2**20


class UndescribedModelError(ModelError):
    """A model of which nobody says what its outputs mean; the person can."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f'The model "{path}" does not say what its outputs mean: it has no labels. Give them with --labels (a '
            f'file, or cat,dog), or write them into "{path.with_suffix(".json").name}" beside it as '
            f'{{"labels": ["cat", "dog"]}}.'
        )
        self.path = path


def description_beside(model: Path) -> Path:
    """Return where the description of ``MODEL.onnx`` belongs: ``MODEL.json`` beside it."""
    return model.with_suffix(".json")


def read_description(path: Path) -> Metadata:
    """Return what the JSON file in ``path`` says of a model.

    It holds ``labels``, a list; and where they are wanted ``task``, ``resize`` (``{"size": [height, width], "rule":
    "crop", "interpolation": "bilinear"}``), ``pixels`` (``{"layout": "nchw", "mean": [...], "std": [...]}``),
    ``columns`` (``{"names": [...], "vocabularies": {...}}``) and ``calibration`` (``{"not_sure": 0.6}``).
    Raises: ``ModelError`` for a file that cannot be read, is no such JSON, or has an entry of another name.
    """
    path = Path(path)
    content = _json(path)
    if not isinstance(content, dict):
        raise ModelError(f'The description "{path}" is not a JSON object; write {{"labels": ["cat", "dog"]}}.')
    for key in content:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            raise ModelError(f'The description "{path}" has the entry "{key}"; known are {", ".join(_KEYS)}.{hint}')
    props = {f"{_PREFIX}{key}": value if key == "task" else json.dumps(value) for key, value in content.items()}
    if not isinstance(content.get("task", ""), str):
        raise ModelError(f'The description "{path}" has a task that is no text; write "classification".')
    return Metadata.from_props(props, path, what="The description", advice="put it right")


def write_description(metadata: Metadata, path: Path) -> None:
    """Write what ``read_description`` reads; an older file is replaced when all is written.

    Raises: ``ModelError`` where the file cannot be written.
    """
    path = Path(path)
    content: dict[str, Any] = {}
    for key, value in metadata.to_props().items():
        name = key.removeprefix(_PREFIX)
        content[name] = value if name == "task" else json.loads(value)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ModelError(f'The description cannot be written to "{path}": {error.strerror or error}.') from error


def read_labels(given: str) -> tuple[str, ...]:
    """Return the labels that are given as the path of a file, or as ``cat,dog``.

    A file has one a line, or is JSON: a list, or an object from label to place or from place to label.
    Raises: ``DataError`` for a file without labels.
    """
    path = Path(given)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # too long for a name, or with a character that none has
        is_file = False
    if not is_file:
        labels = tuple(name.strip() for name in given.split(","))
        if path.suffix.lower() in (".txt", ".json") and len(labels) == 1:
            raise DataError(f'There is no file of labels "{given}"; check the path.')
    elif path.suffix.lower() == ".json":
        labels = _labels_of(path, _json(path))
    else:
        labels = tuple(line.strip() for line in _text(path).splitlines() if line.strip())
    if not labels or not all(labels):
        raise DataError(f'"{given}" names no labels, or an empty one; give them as cat,dog or in a file, one a line.')
    return labels


def _labels_of(path: Path, content: Any) -> tuple[str, ...]:
    if isinstance(content, dict) and isinstance(content.get("id2label"), dict):
        content = content["id2label"]
    if isinstance(content, dict):
        try:
            places = {int(place): str(label) for place, label in content.items()}
        except ValueError:
            places = {place: label for label, place in content.items() if type(place) is int}
        content = [places[place] for place in sorted(places)] if sorted(places) == list(range(len(places))) else None
    if not isinstance(content, list) or not all(isinstance(label, str) for label in content):
        raise DataError(f'The file "{path}" is no list of labels; write ["cat", "dog"], or one label a line.')
    return tuple(content)


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ModelError(f'The file "{path}" is not JSON; write {{"labels": ["cat", "dog"]}}.') from error


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ModelError(f'The file "{path}" has more than {_LARGEST_BYTES // 2**20} MB; labels take less.')
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ModelError(f'The file "{path}" cannot be read: {error.strerror or error}.') from error
    except UnicodeDecodeError as error:
        raise ModelError(f'The file "{path}" is not text in UTF-8; save it as that.') from error
