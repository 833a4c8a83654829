"""FP16: weights and most activations in 16 bits, by ``onnxruntime.transformers.float16``; half the size.

Float32 stay: what goes in and out, pre-processing, softmax and normalisations, whatever exceeds the range of float16 on
training samples, and weights beyond it. Where a processor has no float16 arithmetic, ONNX Runtime calculates in float32
and rounds between the nodes: the file is smaller there but not faster.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from desktop_app.engine.export.smaller.graph_edits import remove_unneeded, rename_tensor, set_nodes
from desktop_app.engine.export.smaller.network_part import name_nodes, outside_network
from desktop_app.engine.export.smaller.quiet_tools import load_tools, quiet_tools
from desktop_app.engine.export.smaller.ranges import measure_ranges
from desktop_app.engine.export.smaller.training_draw import TrainingDraw, feeds
from desktop_app.engine.export.smaller.variant_file import write_variant
from desktop_app.errors import ExportError

# Sums of squares and of exponentials, of which a few thousand terms leave the range.
_FLOAT32_OPERATORS = (
    *("Softmax", "LogSoftmax", "Exp", "Pow", "ReduceSum", "ReduceSumSquare", "ReduceL2"),
    *("BatchNormalization", "InstanceNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization"),
)
_FLOAT32 = onnx.TensorProto.FLOAT
_LARGEST = float(np.finfo(np.float16).max)
# Other samples go further than those that were measured.
_HEADROOM = 4.0
_MOST_SAMPLES = 64


def halve(float32: Path, out: Path, draw: TrainingDraw) -> str:
    """Write ``float32`` in half precision to ``out``; return a remark for whoever uses the file, or an empty text.

    Raises: ``ExportError`` for a network that cannot be converted.
    """
    source = onnx.load(float32)
    model = onnx.ModelProto()
    model.CopyFrom(source)
    name_nodes(model)
    try:
        with quiet_tools(), tempfile.TemporaryDirectory(prefix="downslope-float16-") as folder:
            outside = outside_network(model)
            beyond = _beyond_range(model, Path(folder), draw) - outside
            converted = _converted(model, beyond | outside)
    except Exception as error:  # the border to a library, whose errors share no base class
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ExportError(f"The network cannot be written in half precision: {reason}.") from error
    write_variant(converted, source, "float16", out)
    if not beyond:
        return ""
    nodes = f"{len(beyond)} of {len(model.graph.node)} operations stay" if len(beyond) > 1 else "One operation stays"
    return f"{nodes} in float32, because their values come near the end of float16's range."


def _beyond_range(model: onnx.ModelProto, folder: Path, draw: TrainingDraw) -> set[str]:
    """Return the names of the nodes that take or give values which float16 might not hold."""
    path = folder / "model.onnx"
    onnx.save_model(model, path)
    ranges = measure_ranges(path, folder, list(feeds(model, draw.measured[:_MOST_SAMPLES])))
    wide = {
        name
        for name, found in ranges.items()
        if not np.abs(np.asarray(found.range_value, dtype=np.float64)).max() * _HEADROOM <= _LARGEST
    }
    for weights in model.graph.initializer:
        if weights.data_type == onnx.TensorProto.FLOAT:
            values = numpy_helper.to_array(weights)
            if values.size and not np.abs(values).max() <= _LARGEST:
                wide.add(weights.name)
    return {node.name for node in model.graph.node if wide.intersection((*node.input, *node.output))}


def _converted(model: onnx.ModelProto, left_out: set[str]) -> onnx.ModelProto:
    load_tools()
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    own = {node.name for node in model.graph.node}
    converted = convert_float_to_float16(
        model,
        keep_io_types=True,
        op_block_list=[*DEFAULT_OP_BLOCK_LIST, *_FLOAT32_OPERATORS],
        node_block_list=sorted(left_out),
    )
    _drop_repeated_casts(converted.graph)
    sortable = ONNXModel(converted)
    sortable.topological_sort()  # the converter appends its casts at the end
    _drop_round_trips(sortable.model.graph, own)
    result: onnx.ModelProto = sortable.model
    return result


def _drop_repeated_casts(graph: onnx.GraphProto) -> None:
    """Keep one of each cast: the converter adds one, of the same name, for every node that takes a tensor."""
    seen: set[str] = set()
    kept = []
    for node in graph.node:
        if node.op_type != "Cast" or node.output[0] not in seen:
            kept.append(node)
        seen.update(node.output)
    set_nodes(graph, kept)


def _drop_round_trips(graph: onnx.GraphProto, own: set[str]) -> None:
    """Take out casts to float16 and back between two float32 nodes, the graph's ends among them.

    The converter puts them there, and they would round, or overflow, the very values that were to stay as they are.
    ``own`` names the nodes that are not the converter's.
    """
    added = {node.output[0]: node for node in graph.node if node.op_type == "Cast" and node.name not in own}

    def before(name: str) -> str:
        back = added.get(name)
        there = added.get(back.input[0]) if back is not None and back.attribute[0].i == _FLOAT32 else None
        return there.input[0] if there is not None else name

    for node in graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = before(name)
    for output in graph.output:
        inside = before(output.name)
        if inside != output.name:
            rename_tensor(graph, output.name, f"{output.name}_rounded")
            rename_tensor(graph, inside, output.name)
    remove_unneeded(graph)
