"""Writes a model as one self-contained ONNX file: raw values in, answers out."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import onnx
import torch

from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.raw_to_answers import RawToAnswers, check_options, example_input
from desktop_app.engine.export.refusal import why_refused
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.task import PictureInput
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Columns, Metadata, Origin, Pixels, Resize

OPSET = 18
_TALKING = ("torch.onnx", "torch.export", "torch.fx.experimental.symbolic_shapes", "torch._dynamo")


def write_onnx(source: ExportSource, options: ExportOptions, path: Path) -> None:
    """Write the source's network to ``path``.

    The batch is dynamic; adapters are added into the weights, which lie inside the file; names of this machine's
    folders and stack traces do not. Written twice, it is the same to the byte.
    Raises: ``ExportError`` where the network cannot be expressed in ONNX, the options do not fit its task;
        ``DataError`` where the run's data cannot be read; ``OSError`` where the disk refuses.
    """
    task = source.run.task
    check_options(task, options)
    metadata = _metadata(source, options)
    proto: onnx.ModelProto = program_of(source, options).model_proto
    _name_axes(proto.graph, _free_axes(options))
    _strip(proto)
    for key, value in metadata.to_props().items():
        proto.metadata_props.add(key=key, value=value)
    try:
        onnx.checker.check_model(proto, full_check=True)
        with path.open("wb") as file:
            file.write(proto.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
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
        raise ExportError(f"The network cannot be written as ONNX: {why_refused(error)}.") from error
    assert program is not None
    return program


def _free_axes(options: ExportOptions) -> dict[int, str]:
    """Return the names of the input's axes that may have any length, by place."""
    if not options.any_size:
        return {0: "batch"}
    height, width = (2, 3) if options.layout == "nchw" else (1, 2)
    return {0: "batch", height: "height", width: "width"}


def _name_axes(graph: onnx.GraphProto, free: dict[int, str]) -> None:
    given = graph.input[0].type.tensor_type.shape.dim
    _rename_axes(graph, {given[place].dim_param: name for place, name in free.items()})
    graph.output[0].type.tensor_type.shape.dim[0].dim_param = "batch"  # whatever the network made of it


def _rename_axes(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Give free axes the names that people know them by, also where the exporter reckons with them (``3*s12``)."""
    symbols = re.compile("|".join(rf"\b{re.escape(symbol)}\b" for symbol in names))
    for value in (*graph.input, *graph.output, *graph.value_info):
        for axis in value.type.tensor_type.shape.dim:
            if axis.dim_param:
                axis.dim_param = symbols.sub(lambda found: names[found.group()], axis.dim_param)


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
    talking = [logging.getLogger(name) for name in _TALKING]
    levels = [logger.level for logger in talking]
    try:
        for logger in talking:
            logger.setLevel(logging.CRITICAL)
        # Where a trace fails, it prints the whole graph so far.
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(talking, levels, strict=True):
            logger.setLevel(level)
