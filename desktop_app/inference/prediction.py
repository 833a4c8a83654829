"""Predictions for pictures, folders and tables: one row an input, in their order, broken ones with their reason."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import DataError, ModelError
from desktop_app.inference.answer import Prediction, best, prediction_of
from desktop_app.inference.decoding import DecodedAhead
from desktop_app.inference.metadata import Columns, Resize
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction_files import write_csv, write_json
from desktop_app.reading.picture_files import picture_names
from desktop_app.reading.tables import encode, read_frame

__all__ = ["Prediction", "Progress", "best", "predict_paths", "write_csv", "write_json"]

Progress = Callable[[int, int], None]
"""Called after each batch, on the thread that takes the predictions: how many inputs are done, and out of how many."""

_MOST_BATCH_BYTES = 256 * 2**20


def predict_paths(
    model: OnnxModel, paths: Iterable[Path | str], *, batch_size: int = 32, progress: Progress | None = None
) -> Generator[Prediction, None, None]:
    """Return predictions for ``paths``, as they come; memory does not grow with their number but by the names.

    A picture model takes pictures and folders (with all pictures below them); a table model takes .csv, .tsv and
    .parquet files, of which every row is an input. Pictures are decoded by a few threads ahead of the model, never more
    than two batches; what cannot be read costs its own row alone. Pictures that are resized inside the graph go into it
    with their neighbours of the same size.
    Raises: ``ModelError`` for a batch size below 1 and where the model itself fails.
    """
    if batch_size < 1:
        raise ModelError(f"The batch size must be at least 1, got {batch_size}.")
    places = [Path(path) for path in paths]
    if model.metadata.columns is not None and model.input == "features":
        return _predict_tables(model, model.metadata.columns, places, batch_size, progress)
    if model.metadata.resize is None:
        raise ModelError(f'The model "{model.path}" does not say its picture size; export it again.')
    return _predict_pictures(model, model.metadata.resize, places, batch_size, progress)


@dataclass(frozen=True)
class _Names:
    """The pictures of one place: a folder and the names in it, or what is to be said of the place itself."""

    place: Path
    names: Sequence[str] = ()
    is_folder: bool = False

    def __len__(self) -> int:
        return len(self.names) or 1

    def inputs(self) -> Iterator[Path | Prediction]:
        if not self.is_folder:
            yield self.place
        elif not self.names:
            yield Prediction(str(self.place), problem="holds no pictures")
        for name in self.names:
            yield self.place / name


def _predict_pictures(
    model: OnnxModel, resize: Resize, places: Sequence[Path], batch_size: int, progress: Progress | None
) -> Generator[Prediction, None, None]:
    listed = [_Names(each, picture_names(each), True) if each.is_dir() else _Names(each) for each in places]
    total, done = sum(map(len, listed)), 0
    if not resize.inside:
        batch_size = min(batch_size, max(1, _MOST_BATCH_BYTES // (resize.size[0] * resize.size[1] * 3)))
    with DecodedAhead((entry for each in listed for entry in each.inputs()), resize, batch_size) as ahead:
        while batch := ahead.take():
            pictures = [content for _, content in batch if isinstance(content, np.ndarray)]
            answers = _answers(model, pictures, batch_size)
            for entry, content in batch:
                if isinstance(content, Prediction):
                    yield content
                elif isinstance(content, str):
                    yield Prediction(str(entry), problem=content)
                else:
                    yield prediction_of(model, str(entry), next(answers))
            done += len(batch)
            if progress is not None:
                progress(done, total)


def _answers(model: OnnxModel, pictures: Sequence[NDArray[np.uint8]], batch_size: int) -> Iterator[NDArray[np.float32]]:
    """Yield a row a picture; neighbours of one size go through the model together."""
    start = 0
    while start < len(pictures):
        shape = pictures[start].shape
        end = start + 1
        while end < len(pictures) and pictures[end].shape == shape:
            end += 1
        yield from model.run(np.stack(pictures[start:end]), batch_size)
        start = end


def _predict_tables(
    model: OnnxModel, columns: Columns, places: Sequence[Path], batch_size: int, progress: Progress | None
) -> Generator[Prediction, None, None]:
    tables = [(place, _encoded(place, columns)) for place in places]
    rows = sum(1 if isinstance(table, str) else len(table) for _, table in tables)
    done = 0
    for place, table in tables:
        if isinstance(table, str):
            yield Prediction(str(place), problem=table)
            done += 1
            continue
        for start in range(0, len(table), batch_size):
            answers = model.run(table[start : start + batch_size], batch_size)
            for row, answer in enumerate(answers, start + 1):
                yield prediction_of(model, f"{place}: row {row}", answer)
            done += len(answers)
            if progress is not None:
                progress(done, rows)


def _encoded(path: Path, columns: Columns) -> NDArray[np.float32] | str:
    try:
        return encode(read_frame(path), columns.names, columns.vocabularies)
    except DataError as error:
        return str(error)
