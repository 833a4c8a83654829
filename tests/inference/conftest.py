"""Small real ONNX models, made with ``onnx.helper`` in the form that an export has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from desktop_app.inference.metadata import Columns, Metadata, Resize

COLOURS = Metadata(("red", "green", "blue"), resize=Resize((8, 6), "stretch"))
WEIGHTS = np.array([[1.0, -2.0], [0.5, 3.0]], dtype=np.float32)


def save(path: Path, nodes: list[Any], given: Any, output: Any, props: dict[str, str], constants: list[Any]) -> Path:
    graph = helper.make_graph(nodes, "graph", [given], [output], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, props)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.fixture
def colour_model(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of a picture model: the softmax of the mean of each channel, divided by 32."""

    def make(
        props: dict[str, str] | None = None,
        name: str = "image",
        sides: tuple[Any, Any] = (8, 6),
        output: str = "probabilities",
    ) -> Path:
        return save(
            tmp_path / "colours.onnx",
            [
                helper.make_node("Cast", [name], ["float"], to=TensorProto.FLOAT),
                helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
                helper.make_node("Div", ["mean", "scale"], ["logits"]),
                helper.make_node("Softmax", ["logits"], [output], axis=-1),
            ],
            helper.make_tensor_value_info(name, TensorProto.UINT8, ["batch", *sides, 3]),
            helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", 3]),
            COLOURS.to_props() if props is None else props,
            [
                numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "axes"),
                numpy_helper.from_array(np.array(32.0, dtype=np.float32), "scale"),
            ],
        )

    return make


@pytest.fixture
def table_model(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of a table model with the columns age and city: features times ``WEIGHTS``, softmax or the sum."""

    def make(regression: bool = False, columns: tuple[str, ...] = ("age", "city")) -> Path:
        names = Columns(columns, {"city": ("Oslo", "Rome")})
        if regression:
            nodes = [helper.make_node("MatMul", ["features", "weights"], ["prediction"])]
            output = helper.make_tensor_value_info("prediction", TensorProto.FLOAT, ["batch", 1])
            metadata = Metadata(task="regression", columns=names)
            weights = WEIGHTS[:, :1]
        else:
            nodes = [
                helper.make_node("MatMul", ["features", "weights"], ["logits"]),
                helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
            ]
            output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2])
            metadata = Metadata(("no", "yes"), columns=names)
            weights = WEIGHTS
        features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 2])
        constants = [numpy_helper.from_array(weights, "weights")]
        return save(tmp_path / "table.onnx", nodes, features, output, metadata.to_props(), constants)

    return make


@pytest.fixture
def foreign_model(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of models as others write them: the mean of each channel, or its softmax."""

    def make(
        layout: str = "nchw",
        kind: int = TensorProto.FLOAT,
        batch: Any = "N",
        sides: tuple[Any, Any] = (8, 6),
        channels: int = 3,
        softmax: bool = False,
        last: str = "",
        names: tuple[str, str] = ("input.1", "output/add:0"),
        name: str = "foreign.onnx",
    ) -> Path:
        given, output = names
        shape = [batch, *sides, channels] if layout == "nhwc" else [batch, channels, *sides]
        nodes = [
            helper.make_node("Cast", [given], ["float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        ]
        if softmax:
            last = "Softmax"
        end = "answer" if kind != TensorProto.UINT8 and kind != TensorProto.FLOAT else output
        nodes.append(helper.make_node(last or "Identity", ["mean"], [end]))
        if end != output:
            nodes.append(helper.make_node("Cast", [end], [output], to=kind))
        axes = [1, 2] if layout == "nhwc" else [2, 3]
        return save(
            tmp_path / name,
            nodes,
            helper.make_tensor_value_info(given, kind, shape),
            helper.make_tensor_value_info(output, TensorProto.FLOAT if end == output else kind, [batch, channels]),
            {},
            [numpy_helper.from_array(np.array(axes, dtype=np.int64), "axes")],
        )

    return make
