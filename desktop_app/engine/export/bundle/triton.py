"""The bundle as a model repository of NVIDIA's Triton Inference Server: one folder a model, one below it a version."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import unicodedata
from pathlib import Path

from desktop_app.engine.export.bundle.model_file import ModelFile, Tensor
from desktop_app.errors import ExportError

# ONNX Runtime's names for types, and Triton's (``DataType`` in model_config.proto).
_TYPES = {
    "tensor(uint8)": "TYPE_UINT8",
    "tensor(float)": "TYPE_FP32",
    "tensor(float16)": "TYPE_FP16",
    "tensor(double)": "TYPE_FP64",
    "tensor(int64)": "TYPE_INT64",
}
_LARGEST_BATCH = 32
# Half a millisecond costs a person nothing and lets requests that come together run together.
_QUEUE_MICROSECONDS = 500


def model_name(name: str) -> str:
    """Return ``name`` as a name for a model in addresses: ASCII letters, digits, ``_``, ``.`` and ``-``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-.") or "model"


def write_repository(model: ModelFile, name: str, folder: Path) -> None:
    """Write ``folder/NAME`` with the model in version 1; ``model`` lies in the bundle already, and is linked.

    Raises: ``ExportError`` for a model whose batch is fixed or whose values Triton has no type for.
    """
    version = folder / name / "1"
    version.mkdir(parents=True)
    (folder / name / "config.pbtxt").write_text(config(model, name), encoding="utf-8", newline="\n")
    if model.metadata.labels:
        write_labels(model.metadata.labels, folder / name / "labels.txt")
    linked = version / "model.onnx"
    with contextlib.suppress(OSError):  # a file system without hard links
        os.link(model.path, linked)
    if not linked.exists():
        shutil.copyfile(model.path, linked)


def write_labels(labels: tuple[str, ...], path: Path) -> None:
    """Write one label a line; whatever would break a line becomes a space."""
    path.write_text("".join(f"{' '.join(label.split())}\n" for label in labels), encoding="utf-8", newline="\n")


def config(model: ModelFile, name: str) -> str:
    """Return ``config.pbtxt``, a ``ModelConfig`` in protobuf's text format, for a model with a free batch.

    Source: github.com/triton-inference-server/common, protobuf/model_config.proto.
    """
    for end in (model.input, model.output):
        if end.type not in _TYPES or not end.shape or end.shape[0] is not None:
            raise ExportError(
                f'"{end.name}" of {model.path.name} has a type or a fixed batch that Triton cannot serve.'
            )
    labels = '    label_filename: "labels.txt"\n' if model.metadata.labels else ""
    return (
        f"name: {_quoted(name)}\n"
        'platform: "onnxruntime_onnx"\n'
        f"max_batch_size: {_LARGEST_BATCH}\n"
        f"input [\n  {{\n{_end(model.input)}  }}\n]\n"
        f"output [\n  {{\n{_end(model.output)}{labels}  }}\n]\n"
        f"dynamic_batching {{\n  max_queue_delay_microseconds: {_QUEUE_MICROSECONDS}\n}}\n"
    )


def _end(end: Tensor) -> str:
    """Return the fields of an input or output; the batch, which comes first, is not among a model's own ``dims``."""
    dims = ", ".join(str(-1 if side is None else side) for side in end.shape[1:])
    return f"    name: {_quoted(end.name)}\n    data_type: {_TYPES[end.type]}\n    dims: [ {dims} ]\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
