"""A sample that goes with a bundle, and the answer that is expected for it: Downslope's own, from the exported file."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.engine.export.bundle.model_file import ModelFile
from desktop_app.engine.export.proof.parity_card import Variant
from desktop_app.engine.task import TableInput
from desktop_app.engine.validation_samples import ValidationSamples
from desktop_app.errors import DataError
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import Prediction, predict_paths
from desktop_app.inference.providers import CPU
from desktop_app.reading.dates import DatePart
from desktop_app.reading.pictures import read_picture

EXPECTED = "expected.json"
# Another processor rounds elsewhere: float32 in the last digits, int8 and float16 by whole steps of theirs.
_TOLERANCES: dict[Variant, float] = {"float32": 1e-3, "float16": 1e-2, "int8": 5e-2}
# So many samples are looked at to find one that is right and sure.
_CANDIDATES = 24
# Enough to be looked at; the file that people hand on stays small.
_LONGEST_SIDE = 640


@dataclass(frozen=True)
class Sample:
    """``file`` lies in the bundle's ``sample`` folder; ``cells`` are a table row's texts by column."""

    file: str
    truth: str
    prediction: Prediction
    cells: dict[str, str]


def write_sample(samples: ValidationSamples, model: ModelFile, variant: Variant, folder: Path) -> Sample:
    """Write the sample that is most surely right, and what is expected for it, into ``folder``, and return it.

    A picture is written anew as PNG, at most 640 pixels wide and high: so it carries no notes on where and by whom it
    was taken, and every decoder makes the same pixels of it.
    Raises: ``DataError`` where none of the samples can be read; ``ModelError`` where the model fails.
    """
    folder.mkdir()
    opened = OnnxModel.open(model.path, CPU)
    places = np.unique(np.linspace(0, len(samples) - 1, min(_CANDIDATES, len(samples))).round().astype(int)).tolist()
    write = _write_picture if model.takes_pictures else _write_row
    found: tuple[float, int, Prediction] | None = None
    for place in places:
        file = write(samples, place, folder)
        prediction = next(iter(predict_paths(opened, [file]))) if file else None
        if prediction is None or prediction.problem is not None:
            continue
        goodness = _goodness(prediction, samples, place)
        if found is None or goodness > found[0]:
            found = goodness, place, prediction
    if found is None:
        raise DataError("None of the samples that were validated on can be read; bring them back and try again.")
    _, place, prediction = found
    written = write(samples, place, folder)
    assert written is not None
    sample = Sample(written.name, _truth(samples, place), prediction, _cells(samples, place, model))
    expected = _expected(sample, model, variant)
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    (folder / EXPECTED).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return sample


def _expected(sample: Sample, model: ModelFile, variant: Variant) -> dict[str, Any]:
    prediction = sample.prediction
    content: dict[str, Any] = {"file": sample.file, "truth": sample.truth}
    if prediction.label is None or prediction.probability is None:
        spread = max(abs(prediction.value or 0.0), 1.0)
        return {**content, "value": prediction.value, "tolerance": _TOLERANCES[variant] * spread}
    return {
        **content,
        "label": prediction.label,
        "probability": prediction.probability,
        "not_sure": prediction.probability < model.not_sure,
        "labels": list(prediction.labels),
        "probabilities": list(prediction.probabilities),
        "tolerance": _TOLERANCES[variant],
    }


def _goodness(prediction: Prediction, samples: ValidationSamples, place: int) -> float:
    """Return how well a sample shows what the model can: the probability where it is right, less than 0 elsewhere."""
    if prediction.value is not None:
        return -abs(prediction.value - float(samples.targets[place]))
    right = prediction.label == _truth(samples, place)
    return (prediction.probability or 0.0) if right else (prediction.probability or 0.0) - 1.0


def _truth(samples: ValidationSamples, place: int) -> str:
    target = samples.targets[place]
    return samples.task.classes[int(target)] if samples.task.is_classification else _plain(float(target))


def _write_picture(samples: ValidationSamples, place: int, folder: Path) -> Path | None:
    item = samples.items[place]
    try:
        image = Image.fromarray(item) if isinstance(item, np.ndarray) else read_picture(Path(item))
    except DataError:
        return None
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    path = folder / "picture.png"
    image.save(path, optimize=True)
    return path


def _write_row(samples: ValidationSamples, place: int, folder: Path) -> Path | None:
    assert isinstance(samples.task.input, TableInput)
    cells = cells_of(np.asarray(samples.items[place]), samples.task.input)
    path = folder / "row.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(cells)
        writer.writerow(cells.values())
    return path


def _cells(samples: ValidationSamples, place: int, model: ModelFile) -> dict[str, str]:
    into = samples.task.input
    return cells_of(np.asarray(samples.items[place]), into) if isinstance(into, TableInput) else {}


def cells_of(values: NDArray[np.float32], into: TableInput) -> dict[str, str]:
    """Return the texts of a row by column, of which ``values`` were made; nothing stands where a value is missing.

    A date is written to the day, or to the minute where the network knows its time of day.
    """
    cells: dict[str, str] = {}
    with_times = {part.column for part in map(DatePart.named, into.names) if part and part.part.startswith("daily")}
    for name, value in zip(into.names, values.tolist(), strict=True):
        part = DatePart.named(name)
        if name in into.vocabularies:
            cells[name] = into.vocabularies[name][int(value)] if value >= 0 else ""
        elif part is None:
            cells[name] = _plain(value)
        elif part.part == "years since 2000":
            cells[part.column] = _date(value, part.column in with_times)
        else:  # of a date known by its place in the year or the week alone any will do
            cells.setdefault(part.column, "2000-01-01")
    return cells


def _plain(value: float) -> str:
    """Return the shortest decimal number that is this float32, an empty text for NaN."""
    return "" if np.isnan(value) else str(np.format_float_positional(np.float32(value), unique=True, trim="-"))


def _date(years: float, with_time: bool) -> str:
    if np.isnan(years):
        return ""
    moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=years * 365.2425)
    if with_time:
        return (moment + timedelta(seconds=30)).strftime("%Y-%m-%d %H:%M")
    return (moment + timedelta(hours=12)).strftime("%Y-%m-%d")
