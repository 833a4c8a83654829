"""What a path that was dropped, chosen or given on the command line is, and the experiment it begins."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import DataError
from desktop_app.reading.archives import ARCHIVE_SUFFIXES
from desktop_app.reading.column_types import column_kinds
from desktop_app.reading.label_file import names_pictures
from desktop_app.reading.picture_files import PICTURE_SUFFIXES
from desktop_app.reading.picture_folders import is_unsorted
from desktop_app.reading.resources import resource_file
from desktop_app.reading.tables import TABLE_SUFFIXES, read_frame

PathKind = Literal["experiment", "run", "pictures", "unsorted", "archive", "table", "model", "picture", "unknown"]


def kind_of(path: Path) -> PathKind:
    """Return what lies at ``path``, judged by its name, for a folder by what is in it, for a CSV by what it names.

    ``unsorted`` is a folder with pictures of which nothing says what they show; a CSV of labels is ``pictures``.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        if (path / "experiment.toml").is_file():
            return "run"
        return "unsorted" if is_unsorted(path) else "pictures"
    if not path.is_file():
        return "unknown"
    if suffix == ".toml":
        return "experiment"
    if suffix in TABLE_SUFFIXES:
        return "pictures" if suffix != ".parquet" and names_pictures(path) else "table"
    if suffix in ARCHIVE_SUFFIXES:
        return "archive"
    if suffix == ".onnx":
        return "model"
    return "picture" if suffix in PICTURE_SUFFIXES else "unknown"


def pictures_experiment(path: Path) -> dict[str, Any]:
    """Return the experiment that learns the pictures in a folder or a ZIP, or those that a CSV labels."""
    name = path.absolute().parent.name if path.suffix.lower() in TABLE_SUFFIXES else path.name
    if path.suffix.lower() in ARCHIVE_SUFFIXES:
        name = path.stem
    return {"name": _name(name), "data": {"source": "image_folder", "path": str(path.absolute())}}


def table_experiment(file: Path) -> dict[str, Any]:
    """Return the experiment that predicts the last usable column of a table; the form offers the others.

    Raises: ``DataError`` where the table cannot be read or has fewer than two columns to use.
    """
    columns = usable_columns(file)
    if len(columns) < 2:
        raise DataError(f'The table "{file}" needs at least two columns to learn from, it has {len(columns)} of use.')
    data = {"source": "table", "path": str(file.absolute()), "target": columns[-1]}
    return {"name": _name(file.stem), "data": data}


def sample_experiment() -> dict[str, Any]:
    """Return an experiment on the embedded pictures that trains within minutes on a laptop."""
    return {
        "name": "clothes",
        "data": {"source": "sample_images"},
        "model": {"kind": "cnn"},
        "training": {"epochs": 5},
    }


def article_recipe() -> dict[str, Any]:
    """Return what the article's recipe sets besides the data and the name, as dotted keys of a draft."""
    content = tomllib.loads(resource_file("experiments/article_vgg16.toml").read_text(encoding="utf-8"))
    size = content["data"]["image_size"]
    sections = {name: content[name] for name in ("model", "training", "fine_tuning")}
    return {"data.image_size": size, **sections}


def digits_experiment() -> dict[str, Any]:
    """Return an experiment on the embedded digits that trains within seconds."""
    return {"name": "digits", "data": {"source": "digits"}}


def usable_columns(file: Path) -> Sequence[str]:
    """Return the names of the table's columns that can be learned from or predicted.

    Raises: ``DataError`` where the table cannot be read.
    """
    return [column.name for column in column_kinds(read_frame(file)) if column.kind != "unusable"]


def differences(experiment: Experiment) -> dict[str, Any]:
    """Return what of ``experiment`` differs from the defaults, as nested plain values."""
    return experiment.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def _name(text: str) -> str:
    return text.strip()[:200] or "experiment"


def with_relative_path(experiment: Experiment, folder: Path) -> Experiment:
    """Return the experiment with data that lies below ``folder`` named from there, so that both can move together."""
    path = Path(experiment.data.path)
    if not experiment.data.path or not path.is_relative_to(folder.absolute()):
        return experiment
    relative = path.relative_to(folder.absolute()).as_posix()
    return experiment.model_copy(update={"data": experiment.data.model_copy(update={"path": relative})})
