"""Where an exported file and its network part: the first layer whose output is another.

``torch.onnx.verification`` compares the values inside an export with torch's while the export is in memory. What has to
be explained here is a file that was folded, stripped, perhaps quantised, and may lie on another machine. Values keep
their names through all that: the network is captured anew, every value that the file still has under torch's name is
made an output of it, and both sides are run on the samples that differ most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from desktop_app.engine.export.onnx_file import program_of
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity_card import Divergence, Variant
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
# Where pictures are resized inside, both sides round pixels to whole numbers, and a half goes either way: some pixels
# are a step of 255 apart, and every layer after them is off by that.
_RESIZED = 1e-2
# The values inside a large network take a few hundred megabytes a sample.
_SAMPLES = 2
_ERRORS_ONLY = 3


def find_divergence(
    source: ExportSource, path: Path, variant: Variant, places: Sequence[int], provider: str = CPU
) -> Divergence | None:
    """Return the first layer whose output is further off than ``BOUNDS`` allows.

    ``None`` where no layer is: then small differences add up, or the file has no value of the network's any more.

    Args:
        places: The samples to look at, those that differ most first; the first few are taken.
    """
    proto = onnx.load(path)
    metadata = Metadata.from_props({entry.key: entry.value for entry in proto.metadata_props}, path)
    output = proto.graph.output[0].name
    try:
        program = _captured(source, options_of(metadata, output))
    except ExportError:  # the file may come from elsewhere; that it differs is known all the same
        return None
    inside = metadata.resize is not None and metadata.resize.inside
    # Pictures as they are have sizes of their own, which do not stack.
    places = list(places[: 1 if inside else _SAMPLES]) or [0]
    given = _as_given(_raw(source, metadata, places), metadata)
    operators = {name: node.op_type for node in proto.graph.node for name in node.output}
    names = [name for name in _float_values(program) if name in operators and name != output]
    if not names:
        return None
    try:
        file_answers, file_values = _file_values(proto, names, given, provider)
    except Exception:  # noqa: BLE001 - ONNX Runtime's border: the card stands without this line, too
        return None
    bound = max(BOUNDS[variant], _RESIZED) if inside else BOUNDS[variant]
    comparing = _Comparing(program, file_values, bound)
    answers = comparing.answers(given)
    if comparing.parted is not None:
        node, off = comparing.parted
        return Divergence(layer=_layer(_folded(node, names)), operator=operators[node.name], difference=off)
    if (off := relative_error(answers, file_answers)) > bound:
        return Divergence(layer="answers", operator=operators.get(output, ""), difference=off)
    ours = source.answers()[places]
    if (off := relative_error(ours, _as_answers(answers, output)[: len(ours)])) > bound:
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
    """Return the length of the difference as a share of the longer of both, 0 to 2.

    Numbers that are not finite count as 1, unless both have the same ones.
    """
    one, other = expected.astype(np.float64), found.astype(np.float64)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return 0.0 if np.array_equal(one, other, equal_nan=True) else 1.0
    longer = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return float(np.linalg.norm(one - other)) / longer if longer > 0 else 0.0


def _captured(source: ExportSource, options: ExportOptions) -> torch.export.ExportedProgram:
    """Return torch's own graph of the network, kept for the next file: capturing a large network takes ten seconds."""
    key = (options, source.model.answers.temperature)
    if source.captured is None or source.captured[0] != key:
        program = program_of(source, options).exported_program
        assert program is not None
        source.captured = (key, program)
    return source.captured[1]


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
        mean, std = np.array(pixels.mean, dtype=np.float32), np.array(pixels.std, dtype=np.float32)
        raw = (raw.astype(np.float32) / 255 - mean) / std
    return np.ascontiguousarray(raw.transpose(0, 3, 1, 2)) if pixels.layout == "nchw" else raw


def _as_answers(given: NDArray[Any], output: str) -> NDArray[Any]:
    if output != "logits":
        return given
    powers = np.exp(given - given.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


class _Comparing(torch.fx.Interpreter):
    """Runs torch's own graph and compares its values with the file's as they come; ``parted`` is the first to differ.

    A value of another shape is passed over: it is another thing by the same name.
    """

    def __init__(self, program: torch.export.ExportedProgram, values: Mapping[str, NDArray[Any]], bound: float) -> None:
        super().__init__(program.module())
        self.parted: tuple[torch.fx.Node, float] | None = None
        self._values = values
        self._bound = bound

    def answers(self, given: NDArray[Any]) -> NDArray[Any]:
        """Run the whole graph and return what comes out."""
        with torch.no_grad():
            found = self.run(torch.from_numpy(given))
        only: torch.Tensor = found[0] if isinstance(found, list | tuple) else found
        return only.numpy()

    def run_node(self, n: torch.fx.Node) -> Any:
        """Compute one value, and compare it where the file has it, too."""
        result = super().run_node(n)
        if self.parted is None and n.op == "call_function" and n.name in self._values:
            expected, found = result.numpy(), self._values[n.name]
            if expected.shape == found.shape and (off := relative_error(expected, found)) > self._bound:
                self.parted = (n, off)
        return result


def _float_values(program: torch.export.ExportedProgram) -> list[str]:
    """Return the names of what torch's graph computes in floats, in order."""
    nodes = [node for node in program.graph.nodes if node.op == "call_function"]
    values = [(node.name, node.meta.get("val")) for node in nodes]
    return [name for name, value in values if isinstance(value, torch.Tensor) and value.is_floating_point()]


def _folded(node: torch.fx.Node, names: Sequence[str]) -> torch.fx.Node:
    """Return the first of what the file computes in one go with ``node``: a batch norm lies in its convolution.

    Of the values that lead to ``node`` and that the file does not have, that is the earliest one made with weights.
    """
    first, before = node, [node]
    while before:
        one = before.pop()
        inputs = one.all_input_nodes
        if any(each.op == "get_attr" for each in inputs):
            first = one
        before += [each for each in inputs if each.op == "call_function" and each.name not in names]
    return first


def _layer(node: torch.fx.Node) -> str:
    """Return the name that the layer has in the network, as the Model page shows it."""
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path = str(stack[-1][0]) if stack else ""
    return path.removeprefix("network.") or "model"


def _file_values(
    proto: onnx.ModelProto, names: Sequence[str], given: NDArray[Any], provider: str
) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    """Return the file's answers, and its values by these names."""
    shown = onnx.ModelProto()
    shown.CopyFrom(proto)
    shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    session = onnxruntime.InferenceSession(
        shown.SerializeToString(), options, providers=list(dict.fromkeys([provider, CPU]))
    )
    answers, *values = session.run(None, {proto.graph.input[0].name: given})
    return answers, dict(zip(names, values, strict=True))
