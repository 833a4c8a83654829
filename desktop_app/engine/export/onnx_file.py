"""Writes a model as one self-contained ONNX file: raw values in, answers out."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.networks.adapters import merged
from desktop_app.engine.networks.build import Model
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Columns, Metadata, Resize

OPSET = 18


class RawToAnswers(nn.Module):
    """All of a model in a row: what the file computes."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.preprocessing = model.preprocessing
        self.network = merged(model.network)
        self.answers = model.answers

    def forward(self, raw: Tensor) -> Tensor:
        """Return answers from raw values."""
        answers: Tensor = self.answers(self.network(self.preprocessing(raw)))
        return answers


def write_onnx(source: ExportSource, options: ExportOptions, path: Path) -> None:
    """Write the source's network to ``path``.

    The batch is dynamic; adapters are added into the weights, which lie inside the file; names of this machine's
    folders and stack traces do not.
    Raises: ``ExportError`` where the network cannot be expressed in ONNX or the disk refuses.
    """
    task = source.run.task
    proto: onnx.ModelProto = program_of(source, options).model_proto
    for graph_input in (*proto.graph.input, *proto.graph.output):
        graph_input.type.tensor_type.shape.dim[0].Clear()
        graph_input.type.tensor_type.shape.dim[0].dim_param = "batch"
    _strip(proto)
    for key, value in _metadata(task).to_props().items():
        proto.metadata_props.add(key=key, value=value)
    try:
        onnx.checker.check_model(proto, full_check=True)
        with path.open("wb") as file:
            file.write(proto.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ExportError(f"The model could not be written to {path}: {error.strerror}.") from error
    except (ValueError, onnx.checker.ValidationError) as error:  # protobuf refuses more than 2 GB
        raise ExportError(f"The exported model is not valid ONNX: {str(error).splitlines()[0]}.") from error


def example_input(task: Task, batch: int = 2) -> Tensor:
    """Return raw values of the right shape and type; two, because a batch of one would be taken for a constant."""
    if isinstance(task.input, PictureInput):
        return torch.zeros((batch, task.input.height, task.input.width, 3), dtype=torch.uint8)
    return torch.zeros((batch, len(task.input.names)), dtype=torch.float32)


def program_of(source: ExportSource, options: ExportOptions) -> torch.onnx.ONNXProgram:
    """Return the source's network as PyTorch's exporter sees it: the graph of ONNX, and torch's own that it came from.

    Values have the same names in both (``torch.onnx.verification`` relies on it, too).
    Raises: ``ExportError`` where the network cannot be expressed in ONNX.
    """
    model, task = source.model, source.run.task
    names = ("image" if isinstance(task.input, PictureInput) else "features",)
    outputs = ("probabilities" if task.is_classification else "prediction",)
    try:
        with _quietly():
            program = torch.onnx.export(
                RawToAnswers(model).eval(),
                (example_input(task),),
                dynamo=True,
                input_names=names,
                output_names=outputs,
                opset_version=OPSET,
                dynamic_shapes={"raw": {0: torch.export.Dim.DYNAMIC}},
                external_data=False,
                verbose=False,
            )
    except Exception as error:
        raise ExportError(f"The network cannot be written as ONNX: {_reason(error)}") from error
    assert program is not None
    return program


def _metadata(task: Task) -> Metadata:
    if isinstance(task.input, PictureInput):
        resize = Resize((task.input.height, task.input.width), task.input.rule, task.input.interpolation)
        return Metadata(task.classes, "classification" if task.classes else "regression", resize=resize)
    columns = Columns(task.input.names, task.input.vocabularies)
    return Metadata(task.classes, "classification" if task.classes else "regression", columns=columns)


def _strip(proto: onnx.ModelProto) -> None:
    """Remove what the exporter tells of this machine: stack traces, file names, module paths."""
    proto.doc_string = ""
    proto.producer_name = "downslope"
    del proto.metadata_props[:]
    graphs = [proto.graph, *proto.functions]
    while graphs:
        graph = graphs.pop()
        graph.doc_string = ""
        del graph.metadata_props[:]
        entries = [*graph.node, *graph.value_info]
        if isinstance(graph, onnx.GraphProto):
            entries += [*graph.input, *graph.output, *graph.initializer]
        for entry in entries:
            entry.doc_string = ""
            del entry.metadata_props[:]
        graphs += [attribute.g for node in graph.node for attribute in node.attribute if attribute.HasField("g")]


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the exporter's own talk, which is for its developers, off the person's screen."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _reason(error: BaseException) -> str:
    """Return the first telling line of what the exporter says; it wraps the cause in advice."""
    cause = error.__cause__ or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__
