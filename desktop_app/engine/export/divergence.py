"""Where an exported file and its network part: the first layer whose output is another.

``torch.onnx.verification`` compares the values inside an export with torch's while the export is in memory. What has to
be explained here is a file that was folded, stripped, perhaps quantised, and may lie on another machine. Values keep
their names through all that: the network is captured anew, every value that the file still has under torch's name is
made an output of it, and both sides are run on the samples that differ most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from desktop_app.engine.export.onnx_file import program_of
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.parity_card import Divergence, Variant
from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import CPU
from desktop_app.reading.pictures import read_picture

BOUNDS: dict[Variant, float] = {"float32": 1e-4, "float16": 1e-2, "int8": 1e-1}
"""How far a layer's output may be off: the length of the difference, as a share of the length of the output.

Rounding leaves about 1e-6 in float32 and 1e-3 in float16; eight bits leave some hundredths, and what those of earlier
layers left comes on top.
"""
_SAMPLES = 4
_ERRORS_ONLY = 3


@dataclass(frozen=True)
class _Value:
    """What torch computes under one name, and in which layer."""

    layer: str
    content: NDArray[Any]


def find_divergence(
    source: ExportSource, path: Path, variant: Variant, places: Sequence[int], provider: str = CPU
) -> Divergence | None:
    """Return the first layer whose output is further off than ``BOUNDS`` allows.

    ``None`` where no layer is: then small differences add up, or the file has no value of the network's any more.

    Args:
        places: The samples to look at; the first few are taken.
    """
    proto = onnx.load(path)
    metadata = Metadata.from_props({entry.key: entry.value for entry in proto.metadata_props}, path)
    output = proto.graph.output[0].name
    raw = _raw(source, metadata, list(places[:_SAMPLES]) or [0])
    try:
        program = program_of(source, options_of(metadata, output))
    except ExportError:  # the file may come from elsewhere; that it differs is known all the same
        return None
    given = _as_given(raw, metadata)
    torch_answers, values = _torch_values(program, given)
    operators = {name: node.op_type for node in proto.graph.node for name in node.output}
    shared = [name for name in values if name in operators and name != output]
    file_answers, file_values = _file_values(proto, shared, given, provider)
    bound = BOUNDS[variant]
    for name, found in zip(shared, file_values, strict=True):
        expected = values[name]
        if found.shape == expected.content.shape and (off := relative_error(expected.content, found)) > bound:
            return Divergence(layer=expected.layer, operator=operators[name], difference=off)
    if (off := relative_error(torch_answers, file_answers)) > bound:
        return Divergence(layer="answers", operator=operators.get(output, ""), difference=off)
    ours = source.answers()[list(places[:_SAMPLES]) or [0]]
    if (off := relative_error(ours, _as_answers(torch_answers, output)[: len(ours)])) > bound:
        inside = metadata.resize is not None and metadata.resize.inside
        return Divergence(layer="resizing" if inside else "capture", operator="torch.export", difference=off)
    return None


def options_of(metadata: Metadata, output: str) -> ExportOptions:
    """Return the options that a file with this metadata and this output was written with."""
    return ExportOptions(
        any_size=metadata.resize is not None and metadata.resize.inside,
        logits=output == "logits",
        layout=metadata.pixels.layout,
        pixels=metadata.pixels.type,
    )


def relative_error(expected: NDArray[Any], found: NDArray[Any]) -> float:
    """Return the length of the difference as a share of the longer of both, 0 to 2; 1 where ``found`` is not finite."""
    one, other = expected.astype(np.float64), found.astype(np.float64)
    if not np.isfinite(other).all():
        return 0.0 if np.array_equal(one, other, equal_nan=True) else 1.0
    longer = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return float(np.linalg.norm(one - other)) / longer if longer > 0 else 0.0


def _raw(source: ExportSource, metadata: Metadata, places: list[int]) -> NDArray[Any]:
    """Return at least two rows of raw values: a batch of one is another case to torch's capture."""
    items = source.samples.items
    if metadata.resize is not None and metadata.resize.inside:
        first = items[places[0]]
        whole = first if isinstance(first, np.ndarray) else np.asarray(read_picture(Path(first)))
        return np.stack([whole, whole])
    chosen = [items[place] for place in places]
    some = replace(
        source.samples,
        items=np.stack(chosen) if isinstance(items, np.ndarray) else chosen,
        names=tuple(source.samples.names[place] for place in places),
    )
    raw = np.concatenate(list(some.batches(len(places))))
    return raw if len(raw) > 1 else np.repeat(raw, 2, axis=0)


def _as_given(raw: NDArray[Any], metadata: Metadata) -> NDArray[Any]:
    """Return raw values the way the graph takes them."""
    if metadata.columns is not None:
        return raw
    pixels = metadata.pixels
    if pixels.type == "float32":
        raw = ((raw / np.float32(255) - np.float32(pixels.mean)) / np.float32(pixels.std)).astype(np.float32)
    return np.ascontiguousarray(raw.transpose(0, 3, 1, 2)) if pixels.layout == "nchw" else raw


def _as_answers(given: NDArray[Any], output: str) -> NDArray[Any]:
    if output != "logits":
        return given
    powers = np.exp(given - given.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


class _Watching(torch.fx.Interpreter):
    """Runs torch's own graph and keeps every float value by its name, in the order they were computed."""

    def __init__(self, graph: torch.fx.GraphModule) -> None:
        super().__init__(graph)
        self.values: dict[str, _Value] = {}

    def run_node(self, n: torch.fx.Node) -> Any:
        """Compute one value, and keep it."""
        result = super().run_node(n)
        if n.op == "call_function" and isinstance(result, torch.Tensor) and result.is_floating_point():
            self.values[n.name] = _Value(_layer(n), result.detach().cpu().numpy())
        return result


def _torch_values(program: torch.onnx.ONNXProgram, given: NDArray[Any]) -> tuple[NDArray[Any], dict[str, _Value]]:
    assert program.exported_program is not None
    watching = _Watching(program.exported_program.module())
    with torch.no_grad():
        answers = watching.run(torch.from_numpy(given))
    only = answers[0] if isinstance(answers, list | tuple) else answers
    return only.numpy(), watching.values


def _layer(node: torch.fx.Node) -> str:
    """Return the name that the layer has in the network, as the Model page shows it."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path = str(stack[-1][0]) if stack else ""
    return path.removeprefix("network.") or "model"


def _file_values(
    proto: onnx.ModelProto, names: Sequence[str], given: NDArray[Any], provider: str
) -> tuple[NDArray[Any], list[NDArray[Any]]]:
    """Return the file's answers and its values of these names."""
    shown = onnx.ModelProto()
    shown.CopyFrom(proto)
    shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    session = onnxruntime.InferenceSession(
        shown.SerializeToString(), options, providers=list(dict.fromkeys([provider, CPU]))
    )
    answers, *values = session.run(None, {proto.graph.input[0].name: given})
    return answers, values
