"""Writes a model as one self-contained ONNX file: raw values in, answers out."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import onnx
import torch

from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.raw_to_answers import RawToAnswers, check_options, example_input
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.task import PictureInput
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Columns, Metadata, Origin, Pixels, Resize

OPSET = 18


def write_onnx(source: ExportSource, options: ExportOptions, path: Path) -> None:
    """Write the source's network to ``path``.

    The batch is dynamic; adapters are added into the weights, which lie inside the file; names of this machine's
    folders and stack traces do not. Written twice, it is the same to the byte.
    Raises: ``ExportError`` where the network cannot be expressed in ONNX, the options do not fit its task, or the disk
        refuses; ``DataError`` where the run's data cannot be read.
    """
    task = source.run.task
    check_options(task, options)
    metadata = _metadata(source, options)
    proto: onnx.ModelProto = program_of(source, options).model_proto
    for place, name in _free_axes(options).items():
        _name_axis(proto.graph.input[0], place, name)
    _name_axis(proto.graph.output[0], 0, "batch")
    _strip(proto)
    for key, value in metadata.to_props().items():
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


def program_of(source: ExportSource, options: ExportOptions) -> torch.onnx.ONNXProgram:
    """Return the source's network as PyTorch's exporter sees it: the graph of ONNX, and torch's own that it came from.

    Values have the same names in both (``torch.onnx.verification`` relies on it, too).
    Raises: ``ExportError`` where the network cannot be expressed in ONNX.
    """
    model, task = source.model, source.run.task
    answers = "logits" if options.logits else "probabilities"
    try:
        with _quietly():
            program = torch.onnx.export(
                RawToAnswers(model, task, options).eval(),
                (example_input(task, options=options),),
                dynamo=True,
                input_names=("image" if isinstance(task.input, PictureInput) else "features",),
                output_names=(answers if task.is_classification else "prediction",),
                opset_version=OPSET,
                dynamic_shapes={"raw": dict.fromkeys(_free_axes(options), torch.export.Dim.DYNAMIC)},
                external_data=False,
                optimize=True,  # folds constants and batch norms, and takes out what training alone needed
                verbose=False,
            )
    except Exception as error:
        raise ExportError(f"The network cannot be written as ONNX: {_reason(error)}") from error
    assert program is not None
    return program


def _free_axes(options: ExportOptions) -> dict[int, str]:
    """Return the names of the input's axes that may have any length, by place."""
    if not options.any_size:
        return {0: "batch"}
    height, width = (2, 3) if options.layout == "nchw" else (1, 2)
    return {0: "batch", height: "height", width: "width"}


def _name_axis(value: onnx.ValueInfoProto, place: int, name: str) -> None:
    axis = value.type.tensor_type.shape.dim[place]
    axis.Clear()
    axis.dim_param = name


def _metadata(source: ExportSource, options: ExportOptions) -> Metadata:
    task = source.run.task
    resize = columns = None
    if isinstance(task.input, PictureInput):
        size = (task.input.height, task.input.width)
        resize = Resize(size, task.input.rule, task.input.interpolation, options.any_size)
    else:
        columns = Columns(task.input.names, task.input.vocabularies)
    return Metadata(
        labels=task.classes,
        task="classification" if task.classes else "regression",
        resize=resize,
        columns=columns,
        pixels=Pixels(options.layout, options.pixels),
        calibration=source.calibration,
        origin=Origin(version("downslope"), source.run.folder.name, source.data_sha256()),
    )


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
