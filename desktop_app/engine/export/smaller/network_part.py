"""Which nodes of an exported graph are the network itself, and which its pre-processing and its answers.

Told by position, not by name: the network begins with the first layer that has weights and ends with the last one.
"""

from __future__ import annotations

import onnx

# The place of the weights among a node's inputs is 1 in all of them.
_LAYERS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})


def name_nodes(model: onnx.ModelProto) -> None:
    """Give every node a name of its own, in place; the tools that take lists of nodes go by names."""
    taken: set[str] = set()
    for place, node in enumerate(model.graph.node):
        if not node.name or node.name in taken:
            node.name = f"{node.op_type}_{place}"
        while node.name in taken:
            node.name += "_"
        taken.add(node.name)


def layers_of(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the nodes with a matrix or a kernel of weights, in the graph's order."""
    weights = {each.name for each in model.graph.initializer if len(each.dims) > 1}
    return [
        node
        for node in model.graph.node
        if node.op_type in _LAYERS and len(node.input) > 1 and node.input[1] in weights
    ]


def outside_network(model: onnx.ModelProto) -> frozenset[str]:
    """Return the names of the nodes that no layer with weights comes before, or none after.

    The nodes have names. Pre-processing from raw values, softmax and a temperature are such.
    """
    layers = {node.name for node in layers_of(model)}
    after = _reached(model, layers)
    before = _reached(model, layers, backwards=True)
    return frozenset(node.name for node in model.graph.node if node.name not in after or node.name not in before)


def _reached(model: onnx.ModelProto, layers: set[str], backwards: bool = False) -> set[str]:
    """Return the names of the layers and of every node that data from one of them flows to, or ``backwards`` from."""
    nodes = reversed(model.graph.node) if backwards else iter(model.graph.node)
    carrying: set[str] = set()
    found: set[str] = set()
    for node in nodes:
        taken, given = (node.output, node.input) if backwards else (node.input, node.output)
        if node.name in layers or carrying.intersection(taken):
            found.add(node.name)
            carrying.update(name for name in given if name)
    return found
