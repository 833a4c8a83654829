"""Keeps chosen nodes of a quantised graph, and its answers, away from the rounding to eight bits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import onnx

from desktop_app.engine.export.smaller.graph_edits import remove_unneeded, rename_tensor, set_nodes


def keep_answers(model: onnx.ModelProto, outside: Collection[str]) -> None:
    """Connect the nodes named in ``outside``, and the graph's outputs, to what was there before the rounding.

    The quantiser rounds the output of every layer that it quantises, also where only float32 nodes take it: logits
    would be. Works in place; pairs of nodes and weights that nothing needs any more are removed.
    """
    graph = model.graph
    given_by = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.name in outside:
            for place, name in enumerate(node.input):
                node.input[place] = _before_rounding(given_by, name) or name
    for output in graph.output:
        name = _before_rounding(given_by, output.name)
        if name is not None:
            rename_tensor(graph, output.name, f"{output.name}_rounded")
            rename_tensor(graph, name, output.name)
    remove_unneeded(graph)


def keep_layers(model: onnx.ModelProto, layers: Collection[str]) -> None:
    """Let the layers named in ``layers``, which were not quantised, stay so when the file is opened.

    Between two roundings they would not: ONNX Runtime quantises the weights of such a layer by itself
    (``WeightBiasQuantization``), with one scale for all channels, which is worse than what it was left out for. It does
    so only where one number scales what comes in; the same number once a channel says the same and is let alone.
    Works in place.
    """
    graph = model.graph
    given_by = {name: node for node in graph.node for name in node.output}
    weights = {each.name: each for each in graph.initializer}
    nodes = []
    for node in graph.node:
        exposed = node.name in layers and node.op_type in ("Conv", "ConvTranspose", "Gemm")
        rounded = given_by.get(node.input[0]) if exposed else None
        if rounded is not None and rounded.op_type == "DequantizeLinear" and node.input[1] in weights:
            channels = _channels(node, weights[node.input[1]])
            parts = [rounded.input[0]]
            for name in rounded.input[1:]:
                spread = np.full(channels, onnx.numpy_helper.to_array(weights[name]).item(), _type(weights[name]))
                graph.initializer.append(onnx.numpy_helper.from_array(spread, f"{node.name}_{name}"))
                parts.append(f"{node.name}_{name}")
            output = f"{node.name}_{rounded.output[0]}"
            nodes.append(onnx.helper.make_node("DequantizeLinear", parts, [output], f"{node.name}_rounded", axis=1))
            node.input[0] = output
        nodes.append(node)
    set_nodes(graph, nodes)


def _type(weights: onnx.TensorProto) -> Any:
    return onnx.helper.tensor_dtype_to_np_dtype(weights.data_type)


def _channels(layer: onnx.NodeProto, weights: onnx.TensorProto) -> int:
    """Return how many channels a layer takes."""
    attributes = {each.name: onnx.helper.get_attribute_value(each) for each in layer.attribute}
    if layer.op_type == "Conv":
        return int(weights.dims[1] * attributes.get("group", 1))
    return int(weights.dims[1] if layer.op_type == "Gemm" and attributes.get("transB", 0) else weights.dims[0])


def _before_rounding(given_by: dict[str, onnx.NodeProto], name: str) -> str | None:
    """Return the tensor that ``name`` is a rounding of, or ``None`` where it is none."""
    dequantise = given_by.get(name)
    if dequantise is None or dequantise.op_type != "DequantizeLinear":
        return None
    quantise = given_by.get(dequantise.input[0])
    return quantise.input[0] if quantise is not None and quantise.op_type == "QuantizeLinear" else None
