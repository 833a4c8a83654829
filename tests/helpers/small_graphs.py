"""Small ONNX files as Downslope exports them: raw values in, pre-processing, a network, answers out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnx.parser import parse_graph

from desktop_app.inference.metadata import Columns, Metadata, Origin, Resize

_SIDE = 16


def picture_classifier(path: Path, spread: float = 1.0, width: int = 32) -> Path:
    """Write a network of three convolutions for 16x16 pictures and three classes.

    ``spread`` is how many times larger the weights of the widest channel are than those of the narrowest.
    """
    drawn = np.random.default_rng(0)
    scales = np.geomspace(1.0, spread, width).astype(np.float32)
    weights = {
        "w0": drawn.normal(0, 0.3, (width, 3, 3, 3)),
        "b0": drawn.normal(0, 0.1, width),
        "w1": drawn.normal(0, 0.06, (width, width, 3, 3)) * scales[:, None, None, None],
        "b1": drawn.normal(0, 0.1, width) * scales,
        "w2": drawn.normal(0, 0.06, (width, width, 3, 3)) / scales[None, :, None, None],
        "b2": drawn.normal(0, 0.1, width),
        "w3": drawn.normal(0, 0.5, (width, 3)),
        "b3": np.zeros((1, 3)),
        "scale": np.array(127.5),
        "one": np.array(1.0),
    }
    graph = parse_graph(
        f"""
        small (uint8[batch, {_SIDE}, {_SIDE}, 3] image) => (float[batch, 3] probabilities)
        {{
            turned = Transpose <perm = [0, 3, 1, 2]> (image)
            numbers = Cast <to = 1> (turned)
            scaled = Div (numbers, scale)
            ready = Sub (scaled, one)
            c0 = Conv <pads = [1, 1, 1, 1]> (ready, w0, b0)
            r0 = Relu (c0)
            c1 = Conv <pads = [1, 1, 1, 1]> (r0, w1, b1)
            r1 = Relu (c1)
            c2 = Conv <pads = [1, 1, 1, 1]> (r1, w2, b2)
            r2 = Relu (c2)
            pooled = GlobalAveragePool (r2)
            flat = Flatten (pooled)
            logits = Gemm (flat, w3, b3)
            probabilities = Softmax <axis = 1> (logits)
        }}
        """
    )
    metadata = Metadata(
        ("a", "b", "c"), resize=Resize((_SIDE, _SIDE)), origin=Origin("0.1.0", "small-1", "ab", "float32")
    )
    _write(path, graph, weights, metadata)
    # Each class gets its share of the pictures.
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    logits = np.log(session.run(None, {"image": pictures(60)})[0])
    weights["w3"] *= 3.0 / logits.std(axis=0).max()
    weights["b3"] = -3.0 * logits.mean(axis=0, keepdims=True) / logits.std(axis=0).max()
    del graph.initializer[:]
    return _write(path, graph, weights, metadata)


def table_regression(path: Path, unit: float = 1.0, columns: float = 1.0) -> Path:
    """Write a network of two layers for four columns and one number.

    The first layer gives thousands of ``unit``; the columns' values are about ``columns``.
    """
    drawn = np.random.default_rng(0)
    weights = {
        "w0": drawn.normal(0, 1000.0 * unit, (4, 64)),
        "b0": drawn.normal(0, 1.0, 64),
        "w1": drawn.normal(0, 0.1 / (1000.0 * unit), (64, 1)),
        "b1": np.array([0.5]),
        "mean": drawn.normal(0, 1, 4) * columns,
        "std": drawn.uniform(1, 2, 4) * columns,
        "target_std": np.array(10.0),
    }
    graph = parse_graph(
        """
        small (float[batch, 4] features) => (float[batch, 1] prediction)
        {
            centred = Sub (features, mean)
            ready = Div (centred, std)
            g0 = Gemm (ready, w0, b0)
            r0 = Relu (g0)
            g1 = Gemm (r0, w1, b1)
            prediction = Mul (g1, target_std)
        }
        """
    )
    return _write(path, graph, weights, Metadata(task="regression", columns=Columns(("p", "q", "r", "s"))))


def without_layers(path: Path) -> Path:
    """Write a model that only scales what it is given."""
    graph = parse_graph(
        "small (float[batch, 4] features) => (float[batch, 4] prediction) { prediction = Mul (features, two) }"
    )
    return _write(
        path, graph, {"two": np.array(2.0)}, Metadata(task="regression", columns=Columns(("p", "q", "r", "s")))
    )


def pictures(count: int) -> np.ndarray:
    """Return random pictures, each with one channel that is brighter, ``uint8 [count, 16, 16, 3]``."""
    drawn = np.random.default_rng(1)
    bright = 100 * np.eye(3, dtype=np.int64)[drawn.integers(0, 3, count)]
    return (drawn.integers(0, 156, (count, _SIDE, _SIDE, 3)) + bright[:, None, None, :]).astype(np.uint8)


def rows(count: int) -> np.ndarray:
    """Return random rows, ``float32 [count, 4]``."""
    return np.random.default_rng(1).normal(0, 1, (count, 4)).astype(np.float32)


def _write(path: Path, graph: onnx.GraphProto, weights: dict[str, np.ndarray], metadata: Metadata) -> Path:
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(values, dtype=np.float32), name) for name, values in weights.items()
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10, producer_name="downslope"
    )
    for key, value in metadata.to_props().items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model, full_check=True)
    onnx.save_model(model, path)
    return path
