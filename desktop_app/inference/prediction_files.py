"""Predictions as files, written as they come: any number of rows in the same little memory."""

from __future__ import annotations

import contextlib
import csv
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from desktop_app.errors import DataError
from desktop_app.inference.answer import Prediction


class _RowFile:
    """A file that is written beside and renamed over an older one when all is written; used as a context.

    Where the context ends by an error, nothing is left and the older file stays; ``publish`` before that keeps what is
    written so far.
    Raises: ``DataError`` wherever the disk refuses.
    """

    def __init__(self, file: Path) -> None:
        self._file = Path(file)
        self._beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        self.count = 0
        with self._refusals():
            if self._file.is_dir():  # known before anything is predicted, and not when all is
                raise IsADirectoryError(None, "it is a folder; give the name of a file")
            self._stream = self._opened(self._beside, "w")

    def add(self, prediction: Prediction) -> None:
        """Write a row."""
        with self._refusals():
            self._write(prediction)
        self.count += 1

    def publish(self) -> None:
        """Put what is written so far in the place of an older file, whole, and go on writing to it afterwards."""
        with self._refusals():
            self._finish()
            self._stream.close()
            if self._beside.exists():
                self._beside.replace(self._file)
            self._stream = self._opened(self._file, "r+")
            self._stream.seek(0, os.SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.publish()
        finally:
            with contextlib.suppress(OSError):
                self._stream.close()
                self._beside.unlink(missing_ok=True)

    def _write(self, prediction: Prediction) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        """Write what makes the rows so far a whole file."""

    @staticmethod
    def _opened(path: Path, mode: str) -> IO[str]:
        # On Linux a file's name need not be text; it is written as far as it is.
        return path.open(mode, encoding="utf-8", errors="backslashreplace", newline="")

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            with contextlib.suppress(OSError):
                self._beside.unlink(missing_ok=True)
            raise DataError(
                f'The predictions cannot be written to "{self._file}": {error.strerror or error}.'
            ) from error


class CsvFile(_RowFile):
    """A table of predictions: ``input, label, probability, unsure, problem``, or ``input, value, problem``.

    Which of them shows with the first input that could be read, unless ``regression`` says so.
    """

    def __init__(self, file: Path, regression: bool | None = None) -> None:
        super().__init__(file)
        self._writer = csv.writer(self._stream)
        self._regression = regression
        self._waiting: list[Prediction] | None = []

    def _write(self, prediction: Prediction) -> None:
        if self._waiting is not None:
            self._waiting.append(prediction)
            if self._regression is None and prediction.problem is not None:
                return
            self._begin(prediction.value is not None)
            return
        self._row(prediction)

    def _begin(self, regression: bool) -> None:
        self._regression = regression if self._regression is None else self._regression
        answer = ("value",) if self._regression else ("label", "probability", "unsure")
        self._writer.writerow(("input", *answer, "problem"))
        waiting, self._waiting = self._waiting or [], None
        for each in waiting:
            self._row(each)

    def _row(self, prediction: Prediction) -> None:
        unsure = None if prediction.problem else str(prediction.unsure).lower()
        answer = (prediction.value,) if self._regression else (prediction.label, prediction.probability, unsure)
        self._writer.writerow((prediction.input, *answer, prediction.problem))

    def _finish(self) -> None:
        if self._waiting is not None:
            self._begin(False)

    def publish(self) -> None:
        """Put what is written so far in the place of an older file, whole, and go on writing to it afterwards."""
        super().publish()
        self._writer = csv.writer(self._stream)


class JsonFile(_RowFile):
    """``{"predictions": [...]}``, a row a line: as ``as_row``, with the probabilities of all labels."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        with self._refusals():
            self._stream.write('{"predictions": [')

    def _write(self, prediction: Prediction) -> None:
        row = as_row(prediction)
        if prediction.probabilities:
            row["probabilities"] = dict(zip(prediction.labels, prediction.probabilities, strict=True))
        separator = ",\n" if self.count else "\n"
        self._stream.write(f"{separator}{json.dumps(row, ensure_ascii=False)}")

    def _finish(self) -> None:
        self._stream.write(_END)

    def publish(self) -> None:
        """Put what is written so far in the place of an older file, whole, and go on writing to it afterwards."""
        super().publish()
        # What ends the list is written over by the next row.
        self._stream.seek(self._stream.tell() - len(_END))


_END = "\n]}\n"


def as_row(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as JSON has it: ``input, label, probability, unsure``, or ``value``, or a ``problem``."""
    row: dict[str, Any] = {"input": prediction.input}
    if prediction.problem:
        return {**row, "label": None, "probability": None, "problem": prediction.problem}
    if prediction.value is not None:
        return {**row, "value": prediction.value}
    return {**row, "label": prediction.label, "probability": prediction.probability, "unsure": prediction.unsure}


def write_csv(predictions: Iterable[Prediction], file: Path) -> int:
    """Write one line a prediction and return how many there were; see ``CsvFile``.

    Raises: ``DataError`` where the file cannot be written.
    """
    with CsvFile(file) as table:
        for prediction in predictions:
            table.add(prediction)
    return table.count


def write_json(predictions: Iterable[Prediction], file: Path) -> int:
    """Write a JSON object with one entry a prediction and return how many there were; see ``JsonFile``.

    Raises: ``DataError`` where the file cannot be written.
    """
    with JsonFile(file) as rows:
        for prediction in predictions:
            rows.add(prediction)
    return rows.count
