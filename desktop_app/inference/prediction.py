"""Predictions for pictures, folders and tables: one row an input, in their order, broken ones with their reason."""

from __future__ import annotations

import contextlib
import csv
import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import DataError, ModelError
from desktop_app.inference.metadata import Columns, Resize
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.reading.picture_files import picture_files
from desktop_app.reading.pictures import PictureError, fit_picture, read_picture
from desktop_app.reading.tables import encode, read_frame

Progress = Callable[[int, int], None]
"""Called after each batch, on the thread that takes the predictions: how many inputs are done, and out of how many."""

_MOST_DECODERS = 4


@dataclass(frozen=True)
class Prediction:
    """What a model says about one input: a picture's path, or ``TABLE: row N`` (counted from 1, without the header).

    Classification fills ``label`` (the likeliest), its ``probability``, and the ``probabilities`` of all ``labels``;
    regression fills ``value``. An input that could not be read has a ``problem`` and nothing else.
    """

    input: str
    label: str | None = None
    probability: float | None = None
    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    value: float | None = None
    problem: str | None = None


def predict_paths(
    model: OnnxModel, paths: Iterable[Path | str], *, batch_size: int = 32, progress: Progress | None = None
) -> Iterator[Prediction]:
    """Return predictions for ``paths``, as they come.

    A picture model takes pictures and folders (with all pictures below them); a table model takes .csv, .tsv and
    .parquet files, of which every row is an input. Pictures are decoded by a few threads ahead of the model, never more
    than two batches; what cannot be read costs its own row alone.
    Raises: ``ModelError`` for a batch size below 1 and where the model itself fails.
    """
    if batch_size < 1:
        raise ModelError(f"The batch size must be at least 1, got {batch_size}.")
    places = [Path(path) for path in paths]
    if model.metadata.columns is not None:
        return _predict_tables(model, model.metadata.columns, places, batch_size, progress)
    if model.metadata.resize is None:
        raise ModelError(f'The model "{model.path}" does not say its picture size; export it again.')
    return _predict_pictures(model, model.metadata.resize, places, batch_size, progress)


def best(prediction: Prediction, count: int) -> list[tuple[str, float]]:
    """Return the ``count`` likeliest labels with their probabilities, likeliest first, equals in the labels' order."""
    pairs = zip(prediction.labels, prediction.probabilities, strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])[: max(count, 0)]


def write_csv(predictions: Iterable[Prediction], file: Path) -> int:
    """Write one line a prediction and return how many there were; an older ``file`` is replaced when all is written.

    The columns are ``input, label, probability, problem``, or for regression ``input, value, problem``.
    Raises: ``DataError`` where the file cannot be written.
    """
    file = Path(file)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        # On Linux a file's name need not be text; it is written as far as it is.
        with beside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            count = _write_lines(predictions, csv.writer(stream))
        beside.replace(file)
    except OSError as error:
        raise DataError(f'The predictions cannot be written to "{file}": {error.strerror or error}.') from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return count


def _write_lines(predictions: Iterable[Prediction], writer: Any) -> int:
    coming = iter(predictions)
    first = []
    for prediction in coming:  # which columns there are shows with the first input that could be read
        first.append(prediction)
        if prediction.problem is None:
            break
    regression = bool(first) and first[-1].value is not None
    writer.writerow(("input", "value", "problem") if regression else ("input", "label", "probability", "problem"))
    count = 0
    for prediction in itertools.chain(first, coming):
        answer = (prediction.value,) if regression else (prediction.label, prediction.probability)
        writer.writerow((prediction.input, *answer, prediction.problem))
        count += 1
    return count


def _predict_pictures(
    model: OnnxModel, resize: Resize, places: Sequence[Path], batch_size: int, progress: Progress | None
) -> Iterator[Prediction]:
    inputs = [entry for place in places for entry in _pictures_in(place)]
    batches = [inputs[start : start + batch_size] for start in range(0, len(inputs), batch_size)]
    decoders = ThreadPoolExecutor(min(_MOST_DECODERS, os.cpu_count() or 1), thread_name_prefix="decoder")

    def decode(batch: Sequence[Path | Prediction]) -> list[Future[NDArray[np.uint8] | str] | Prediction]:
        return [entry if isinstance(entry, Prediction) else decoders.submit(_decoded, entry, resize) for entry in batch]

    try:
        ahead = deque(decode(batch) for batch in batches[:1])
        done = 0
        for place, batch in enumerate(batches):
            # The next batch is decoded while the model runs this one.
            ahead.extend(decode(following) for following in batches[place + 1 : place + 2])
            decoded = [entry if isinstance(entry, Prediction) else entry.result() for entry in ahead.popleft()]
            readable = [entry for entry in decoded if isinstance(entry, np.ndarray)]
            answers = iter(model.run(np.stack(readable), batch_size) if readable else ())
            for entry, content in zip(batch, decoded, strict=True):
                if isinstance(content, Prediction):
                    yield content
                elif isinstance(content, str):
                    yield Prediction(str(entry), problem=content)
                else:
                    yield _prediction(model, str(entry), next(answers))
            done += len(batch)
            if progress is not None:
                progress(done, len(inputs))
    finally:
        decoders.shutdown(wait=True, cancel_futures=True)


def _pictures_in(place: Path) -> list[Path | Prediction]:
    if not place.is_dir():
        return [place]
    found: list[Path | Prediction] = [*picture_files(place)]
    return found or [Prediction(str(place), problem="holds no pictures")]


def _decoded(path: Path, resize: Resize) -> NDArray[np.uint8] | str:
    """Return the picture in ``path``, or why it cannot be read; on a decoder's thread."""
    try:
        return fit_picture(read_picture(path), resize.size, resize.rule, resize.interpolation)
    except PictureError as error:
        return error.problem


def _predict_tables(
    model: OnnxModel, columns: Columns, places: Sequence[Path], batch_size: int, progress: Progress | None
) -> Iterator[Prediction]:
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
                yield _prediction(model, f"{place}: row {row}", answer)
            done += len(answers)
            if progress is not None:
                progress(done, rows)


def _encoded(path: Path, columns: Columns) -> NDArray[np.float32] | str:
    try:
        return encode(read_frame(path), columns.names, columns.vocabularies)
    except DataError as error:
        return str(error)


def _prediction(model: OnnxModel, name: str, answer: NDArray[np.float32]) -> Prediction:
    if not np.isfinite(answer).all():
        return Prediction(name, problem="has no answer: the model gives something that is not a finite number")
    values = tuple(answer.tolist())
    if model.output == "prediction":
        return Prediction(name, value=values[0])
    likeliest = int(np.argmax(answer))
    labels = model.metadata.labels
    return Prediction(name, labels[likeliest], values[likeliest], labels, values)
