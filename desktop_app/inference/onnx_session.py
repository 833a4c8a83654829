"""An ONNX file, checked and opened with ONNX Runtime: raw values in, probabilities or predictions out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import ModelError
from desktop_app.inference.description import UndescribedModelError, description_beside, read_description
from desktop_app.inference.file_check import FileFacts, check_file
from desktop_app.inference.graph_form import GraphForm, completed, read_form
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import CPU, choose_providers, in_words
from desktop_app.inference.raw_values import as_answers, as_input
from desktop_app.inference.sessions import Opened, Purpose, is_out_of_memory, open_session, short

_log = logging.getLogger(__name__)


class OnnxModel:
    """A model that predicts; ``run`` may be called from any thread.

    ``metadata`` is what the file, or whoever described it, says about it. ``input`` is ``image`` or ``features`` and
    ``output`` ``probabilities`` or ``prediction``, whatever the graph calls them. ``fallback`` says in a sentence why
    another provider runs than the one that was asked for, and is "" where that one does.
    """

    def __init__(
        self, path: Path, opened: Opened, form: GraphForm, metadata: Metadata, purpose: Purpose, threads: int
    ) -> None:
        self.path = path
        self.metadata = metadata
        self.fallback = opened.fallback
        self.input: Literal["image", "features"] = form.kind
        self.output: Literal["probabilities", "prediction"] = (
            "prediction" if form.meaning == "prediction" else "probabilities"
        )
        self._form = form
        self._session = opened.session
        self._purpose: Purpose = purpose
        self._threads = threads

    @classmethod
    def open(
        cls,
        path: Path,
        providers: str | Sequence[str] = "auto",
        *,
        described: Metadata | None = None,
        purpose: Purpose = "throughput",
        threads: int = 0,
    ) -> OnnxModel:
        """Open and check the model in ``path``.

        See ``choose_providers`` for ``providers``, ``open_session`` for ``purpose`` and ``threads``; a provider that
        fails is replaced by the CPU, with a logged warning and ``fallback``. ``described`` counts before what the file
        says of itself, and that before a ``MODEL.json`` beside it.
        Raises: ``ModelError`` for a file that is missing, no ONNX, cut short, made to do harm, or no classifier and no
            regression; ``UndescribedModelError``, one of them, where nobody says what the outputs mean.
        """
        path = Path(path)
        facts = check_file(path)
        metadata = described or _said_of(path, facts)
        opened = open_session(path, choose_providers(providers), purpose, threads)
        form = read_form(path, opened.session, facts.producers, metadata)
        return cls(path, opened, form, completed(path, metadata, form), purpose, threads)

    @property
    def provider(self) -> str:
        """The provider that really runs the model, such as ``CPUExecutionProvider``."""
        return str(self._session.get_providers()[0])

    @property
    def takes_floats(self) -> bool:
        """Whether pictures go into the graph as floats, so that ``metadata.pixels`` counts."""
        return self.input == "image" and self._form.type != np.uint8

    def run(self, array: NDArray[Any], batch_size: int = 32) -> NDArray[np.float32]:
        """Return probabilities ``float32 [n, classes]``, or for regression predictions ``float32 [n, 1]``.

        ``array`` is ``uint8 [n, height, width, 3]``, raw RGB, whatever layout and type the graph takes, or for tables
        ``float32 [n, columns]``. A graph of a fixed batch gets its own number of rows each time.
        Raises: ``ModelError`` for an array of another shape or type, where the run fails, and where it gives something
            else than one row an input and one column a label.
        """
        if batch_size < 1:
            raise ModelError(f"The batch size must be at least 1, got {batch_size}.")
        array = self._checked(array)
        step = self._form.batch or batch_size
        # Of nothing there is one empty batch, which has the right number of columns.
        starts = range(0, max(len(array), 1), step)
        answers = np.concatenate([self._run_batch(array[start : start + step]) for start in starts])
        expected = (len(array), self._columns)
        if answers.shape != expected:
            raise ModelError(
                f'The model "{self.path}" gives {list(answers.shape)} where {list(expected)} was expected; '
                f"export it again."
            )
        return answers

    @property
    def _columns(self) -> int:
        return len(self.metadata.labels) if self.output == "probabilities" else 1

    def _run_batch(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        if len(batch) == 0:
            return np.empty((0, self._columns), dtype=np.float32)
        try:
            return self._run_once(batch)
        except Exception as error:  # ONNX Runtime's border: its errors share no base class but Exception
            reason = short(error)
            if is_out_of_memory(error) and len(batch) > 1 and not self._form.batch:
                half = len(batch) // 2
                return np.concatenate([self._run_batch(batch[:half]), self._run_batch(batch[half:])])
            if self.provider == CPU:
                raise ModelError(f'The model "{self.path}" failed on {len(batch)} inputs: {reason}.') from error
            self.fallback = f"{in_words(self.provider)} failed ({reason}); the CPU goes on instead."
            _log.warning("%s", self.fallback)
        self._session = open_session(self.path, [CPU], self._purpose, self._threads).session
        return self._run_batch(batch)

    def _run_once(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        form, rows = self._form, len(batch)
        if form.batch > rows:
            batch = np.concatenate([batch, np.zeros((form.batch - rows, *batch.shape[1:]), batch.dtype)])
        if form.kind == "image":
            batch = as_input(batch, form, self.metadata.pixels)
        (output,) = self._session.run([form.output], {form.input: np.ascontiguousarray(batch, dtype=form.type)})
        return as_answers(output[:rows] if form.batch else output, form.meaning)

    def _checked(self, array: NDArray[Any]) -> NDArray[Any]:
        if self.input == "image":
            wanted: Any = np.uint8
            sides: tuple[Any, ...] = (*self._form.sides, 3)
        else:
            wanted, sides = np.float32, self._form.shape[1:]
            if array.dtype == np.float64:
                array = array.astype(np.float32)
        fits = array.ndim == len(sides) + 1 and all(
            not isinstance(side, int) or side == given for side, given in zip(sides, array.shape[1:], strict=True)
        )
        if not fits or array.dtype != wanted:
            shape = ", ".join(str(side) for side in ("batch", *sides))
            raise ModelError(
                f'The model "{self.path}" takes {np.dtype(wanted)} [{shape}], but was given '
                f"{array.dtype} {list(array.shape)}."
            )
        return array


def metadata_of(path: Path) -> Metadata | None:
    """Return what the model in ``path``, or the description beside it, says of it; ``None`` where nothing does.

    ONNX Runtime is not asked. Raises: ``ModelError`` as ``OnnxModel.open``.
    """
    try:
        return _said_of(path, check_file(path))
    except UndescribedModelError:
        return None


def _said_of(path: Path, facts: FileFacts) -> Metadata:
    beside = description_beside(path)
    if any(key in facts.props for key in ("downslope.labels", "downslope.task")):
        return Metadata.from_props(facts.props, path)
    if beside.is_file():
        return read_description(beside)
    raise UndescribedModelError(path)
