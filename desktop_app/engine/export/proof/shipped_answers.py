"""What an exported file answers to a run's samples, asked the way people will ask it: from their files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import DataError
from desktop_app.inference.metadata import Columns
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import Prediction, predict_paths
from desktop_app.reading.pictures import check_picture
from desktop_app.reading.tables import encode, read_frame

BATCH = 32
_ROW = re.compile(r"row (\d+)")


def shipped_answers(
    source: ExportSource, model: OnnxModel, report: Callable[[float], None] = lambda share: None
) -> NDArray[np.float32]:
    """Return the file's answers to all samples: probabilities ``[samples, classes]``, or numbers ``[samples, 1]``.

    Pictures and the rows of a table are read from their files by the code, and by the rules in the model's metadata,
    that people predict with. Samples that lie in no file (those of a data source that makes them) are given as values.
    Raises: ``DataError`` that names a sample that cannot be read any more; ``ModelError`` where the model fails.
    """
    items = source.samples.items
    if len(items) and not isinstance(items, np.ndarray):
        return _of_pictures(source, model, cast("Sequence[Path]", items), report)
    rows = _rows(source)
    if rows is not None and model.metadata.columns is not None:
        table = Path(source.run.experiment.data.path)
        return _of_values(model, _encoded(table, model.metadata.columns, rows), report)
    if isinstance(items, np.ndarray) and model.metadata.resize is not None and model.metadata.resize.inside:
        return _of_values(model, items, report)
    answers, done = [], 0
    for raw in source.samples.batches(BATCH):
        answers.append(model.run(raw, BATCH))
        done += len(raw)
        report(done / len(source.samples))
    return np.concatenate(answers)


def _of_pictures(
    source: ExportSource, model: OnnxModel, files: Sequence[Path], report: Callable[[float], None]
) -> NDArray[np.float32]:
    width = max(len(source.run.classes), 1)
    answers = np.empty((len(files), width), dtype=np.float32)
    predictions = predict_paths(
        model, files, batch_size=BATCH, progress=lambda done, total: report(done / max(total, 1))
    )
    for place, prediction in enumerate(predictions):
        answers[place] = _answer(prediction, Path(files[place]))
    return answers


def _answer(prediction: Prediction, file: Path) -> Any:
    """Return a row of the answers; NaN where the model itself gave something that is no number."""
    if prediction.problem is None:
        return prediction.value if prediction.value is not None else prediction.probabilities
    unreadable = check_picture(file)
    if unreadable is not None:
        raise DataError(f'The picture "{file}" {unreadable}; nothing can be compared on it. Bring it back.')
    return np.nan


def _rows(source: ExportSource) -> list[int] | None:
    """Return the places of the samples in the file of a table, ``None`` where the run's data is no such file."""
    data = source.run.experiment.data
    named = [_ROW.fullmatch(name) for name in source.samples.names]
    if data.source.name != "table" or not Path(data.path).is_file() or not all(named):
        return None
    return [int(found[1]) - 1 for found in named if found is not None]


def _encoded(table: Path, columns: Columns, rows: list[int]) -> NDArray[np.float32]:
    encoded = encode(read_frame(table), columns.names, columns.vocabularies)
    if rows and max(rows) >= len(encoded):
        raise DataError(f'The table "{table}" has no row {max(rows) + 1} any more; bring it back and try again.')
    return encoded[rows]


def _of_values(model: OnnxModel, raw: NDArray[Any], report: Callable[[float], None]) -> NDArray[np.float32]:
    answers = []
    for start in range(0, len(raw), BATCH):
        answers.append(model.run(raw[start : start + BATCH], BATCH))
        report(min(start + BATCH, len(raw)) / len(raw))
    return np.concatenate(answers)
