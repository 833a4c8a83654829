"""An exported ONNX file, opened with ONNX Runtime and checked: arrays in, probabilities or predictions out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata, Resize
from desktop_app.inference.providers import CPU, CUDA, choose_providers, load_cuda_libraries

_log = logging.getLogger(__name__)
_FORMS: dict[str, tuple[str, int]] = {"image": ("tensor(uint8)", 4), "features": ("tensor(float)", 2)}
_ERRORS_ONLY = 3


class OnnxModel:
    """A model that predicts; ``run`` may be called from any thread.

    ``metadata`` is what the file says about itself; ``input`` is ``image`` (``uint8 [batch, height, width, 3]``, raw
    RGB) or ``features`` (``float32 [batch, columns]``).
    """

    def __init__(self, path: Path, session: Any, metadata: Metadata) -> None:
        self.path = path
        self.metadata = metadata
        self.input: Literal["image", "features"] = session.get_inputs()[0].name
        self.output: Literal["probabilities", "prediction"] = session.get_outputs()[0].name
        self._input_shape: list[Any] = session.get_inputs()[0].shape
        self._session = session

    @classmethod
    def open(cls, path: Path, providers: str | Sequence[str] = "auto") -> OnnxModel:
        """Open and check the model in ``path``; see ``choose_providers`` for ``providers``.

        A provider that fails is replaced by the CPU with a logged warning.
        Raises: ``ModelError`` for a file that is missing, no ONNX, cut short, or not exported by Downslope.
        """
        path = Path(path)
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise ModelError(f'The model "{path}" {what}; give the path of an exported .onnx file.')
        if path.stat().st_size == 0:
            raise ModelError(f'The model "{path}" is empty (0 bytes); export it again.')
        session = _session(path, choose_providers(providers))
        form = _checked_form(path, session)
        metadata = Metadata.from_props(session.get_modelmeta().custom_metadata_map, path)
        return cls(path, session, _completed(path, metadata, form, session))

    @property
    def provider(self) -> str:
        """The provider that really runs the model, such as ``CPUExecutionProvider``."""
        return str(self._session.get_providers()[0])

    def run(self, array: NDArray[Any], batch_size: int = 32) -> NDArray[np.float32]:
        """Return probabilities ``float32 [n, classes]``, or for regression predictions ``float32 [n, 1]``.

        Raises: ``ModelError`` for an array of another shape or type than the model's input, where the run fails, and
            where it gives something else than one row an input and one column a label.
        """
        if batch_size < 1:
            raise ModelError(f"The batch size must be at least 1, got {batch_size}.")
        array = self._checked(array)
        # Of nothing there is one empty batch, which has the right number of columns.
        starts = range(0, max(len(array), 1), batch_size)
        answers = np.concatenate([self._run_batch(array[start : start + batch_size]) for start in starts])
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
            if self.provider == CPU:
                raise ModelError(f'The model "{self.path}" failed on {len(batch)} inputs: {_reason(error)}.') from error
            _log.warning("%s failed (%s); the CPU goes on instead.", self.provider, _reason(error))
        self._session = _session(self.path, [CPU])
        return self._run_batch(batch)

    def _run_once(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        (output,) = self._session.run([self.output], {self.input: batch})
        return np.asarray(output, dtype=np.float32)

    def _checked(self, array: NDArray[Any]) -> NDArray[Any]:
        wanted = np.uint8 if self.input == "image" else np.float32
        if self.input == "features" and array.dtype == np.float64:
            array = array.astype(np.float32)
        fits = array.ndim == len(self._input_shape) and all(
            not isinstance(side, int) or side == given
            for side, given in zip(self._input_shape[1:], array.shape[1:], strict=True)
        )
        if not fits or array.dtype != wanted:
            shape = ", ".join(str(side) for side in self._input_shape)
            raise ModelError(
                f'The model "{self.path}" takes {np.dtype(wanted)} [{shape}], but was given '
                f"{array.dtype} {list(array.shape)}."
            )
        return np.ascontiguousarray(array)


def _session(path: Path, providers: list[str]) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    if "DmlExecutionProvider" in providers:  # it cannot do with either (ONNX Runtime's documentation of DirectML)
        options.enable_mem_pattern = False
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    if CUDA in providers:
        load_cuda_libraries()
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # ONNX Runtime's border: its errors share no base class but Exception
        if providers != [CPU] and not _is_unreadable(error):
            _log.warning("%s could not open the model (%s); the CPU is used instead.", providers[0], _reason(error))
            return _session(path, [CPU])
        if _is_unreadable(error):
            raise ModelError(f'The file "{path}" is not an ONNX model, or was cut short; export it again.') from error
        raise ModelError(f'The model "{path}" cannot be opened: {_reason(error)}.') from error
    running = session.get_providers()[0]
    if running != providers[0]:
        _log.warning("%s was asked for but does not work here; %s is used instead.", providers[0], running)
    return session


def _checked_form(path: Path, session: Any) -> str:
    """Return the name of the model's one input after a look at its type and at the output."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    name = inputs[0].name if len(inputs) == 1 else ""
    if name not in _FORMS or (inputs[0].type, len(inputs[0].shape)) != _FORMS[name]:
        found = ", ".join(f"{entry.name} {entry.type} {entry.shape}" for entry in inputs) or "none"
        raise ModelError(
            f'The model "{path}" must have one input, image (uint8 [batch, height, width, 3]) or features '
            f"(float32 [batch, columns]), but has: {found}."
        )
    if outputs[0].name not in ("probabilities", "prediction"):
        raise ModelError(f'The model "{path}" must give probabilities or prediction, but gives "{outputs[0].name}".')
    return str(name)


def _completed(path: Path, metadata: Metadata, form: str, session: Any) -> Metadata:
    """Return the metadata after checking that it fits the graph's shapes."""
    shape, output = session.get_inputs()[0].shape, session.get_outputs()[0]
    if (output.name == "prediction") != (metadata.task == "regression"):
        raise ModelError(f'The model "{path}" is for {metadata.task} but gives "{output.name}"; export it again.')
    units = output.shape[-1] if output.shape else None
    if metadata.task == "classification" and isinstance(units, int) and units != len(metadata.labels):
        raise ModelError(f'The model "{path}" has {len(metadata.labels)} labels for {units} outputs; export it again.')
    if form == "features":
        if metadata.columns is None:
            raise ModelError(f'The model "{path}" does not name its columns (downslope.columns); export it again.')
        if isinstance(shape[1], int) and shape[1] != len(metadata.columns.names):
            raise ModelError(
                f'The model "{path}" names {len(metadata.columns.names)} columns but takes {shape[1]}; export it again.'
            )
        return metadata
    if metadata.resize is None and all(isinstance(side, int) for side in shape[1:3]):
        return Metadata(metadata.labels, metadata.task, Resize((shape[1], shape[2])))
    if metadata.resize is None:
        raise ModelError(f'The model "{path}" does not say its picture size (downslope.resize); export it again.')
    for side, given in zip(shape[1:], (*metadata.resize.size, 3), strict=True):
        if isinstance(side, int) and side != given:
            raise ModelError(
                f'The model "{path}" takes pictures of {shape[1]} x {shape[2]} x {shape[3]}, but its downslope.resize '
                f"says {metadata.resize.size[0]} x {metadata.resize.size[1]} x 3; export it again."
            )
    return metadata


def _is_unreadable(error: Exception) -> bool:
    return type(error).__name__ in ("InvalidProtobuf", "NoModel") or "No graph was found" in str(error)


def _reason(error: Exception) -> str:
    """Return the first line of ONNX Runtime's text without its code, ``[ONNXRuntimeError] : 7 : NAME :``."""
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return first.rpartition("[ONNXRuntimeError] : ")[2].split(" : ", 2)[-1].rstrip(". ")
