"""What an exported file takes and gives, read from the file itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import CPU

_ERRORS_ONLY = 3


@dataclass(frozen=True)
class Tensor:
    """One end of a graph: its name, its type as ONNX Runtime writes it, and its shape, ``None`` where that varies."""

    name: str
    type: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class ModelFile:
    """An exported file's two ends, and what it says about itself."""

    path: Path
    input: Tensor
    output: Tensor
    metadata: Metadata

    @classmethod
    def read(cls, path: Path) -> ModelFile:
        """Open the file in ``path``.

        Raises: ``ModelError`` where it is none, has more than one input or output, or says nothing about itself.
        """
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=[CPU])
        except Exception as error:  # ONNX Runtime's border: its errors share no base class but Exception
            raise ModelError(f'The model "{path}" cannot be opened; export it again.') from error
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise ModelError(
                f'The model "{path}" has {len(inputs)} inputs and {len(outputs)} outputs, where one each is needed.'
            )
        metadata = Metadata.from_props(session.get_modelmeta().custom_metadata_map, path)
        if metadata.resize is None and metadata.columns is None:
            raise ModelError(f'The model "{path}" names neither a picture size nor columns; export it again.')
        return cls(path, _tensor(inputs[0]), _tensor(outputs[0]), metadata)

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures go in; otherwise it is rows of a table."""
        return self.metadata.columns is None

    @property
    def not_sure(self) -> float:
        """The probability below which a label is to be looked at by a person, 0 to 1; 0 where there is none."""
        return self.metadata.calibration.not_sure if self.metadata.calibration else 0.0


def _tensor(given: Any) -> Tensor:
    return Tensor(given.name, given.type, tuple(side if isinstance(side, int) else None for side in given.shape))
