"""FP16 files: half the size, float32 in and out, and what float16 cannot hold stays as it was."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from small_graphs import picture_classifier, pictures, rows, table_regression

from desktop_app.engine.export.smaller import half_precision
from desktop_app.engine.export.smaller.half_precision import halve
from desktop_app.engine.export.smaller.training_draw import TrainingDraw
from desktop_app.errors import ExportError

FLOAT16 = onnx.TensorProto.FLOAT16


def answers(path, raw):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: raw})[0]


@pytest.fixture
def draw():
    return TrainingDraw(pictures(16), pictures(16))


def test_a_half_precision_file_is_half_as_large_and_answers_alike_on_the_cpu(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx", width=64)

    remark = halve(float32, tmp_path / "float16.onnx", draw)

    raw = pictures(100)
    expected, found = answers(float32, raw), answers(tmp_path / "float16.onnx", raw)
    assert remark == ""
    assert (tmp_path / "float16.onnx").stat().st_size == pytest.approx(float32.stat().st_size / 2, rel=0.06)
    assert 0 < np.abs(expected - found).max() < 0.01
    assert found.dtype == np.float32


def test_weights_are_float16_and_what_is_around_the_network_is_float32(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    halve(float32, tmp_path / "float16.onnx", draw)

    model = onnx.load(tmp_path / "float16.onnx")
    types = {each.name: each.data_type for each in model.graph.initializer}
    given_by = {name: node for node in model.graph.node for name in node.output}
    layers = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm")]
    assert [types[node.input[1]] for node in layers] == [FLOAT16] * 4
    assert types["scale"] == types["one"] == onnx.TensorProto.FLOAT
    (softmax,) = [node for node in model.graph.node if node.op_type == "Softmax"]
    before = given_by[softmax.input[0]]
    assert (before.op_type, before.attribute[0].i) == ("Cast", onnx.TensorProto.FLOAT)
    assert softmax.output[0] == "probabilities"
    origin = json.loads({each.key: each.value for each in model.metadata_props}["downslope.origin"])
    assert (origin["variant"], origin["run"]) == ("float16", "small-1")


def test_values_beyond_float16_stay_in_float32_and_that_is_said(tmp_path):
    float32 = table_regression(tmp_path / "float32.onnx", unit=1000.0)

    remark = halve(float32, tmp_path / "float16.onnx", TrainingDraw(rows(100), rows(100)))

    raw = rows(500)
    expected, found = answers(float32, raw), answers(tmp_path / "float16.onnx", raw)
    assert np.isfinite(found).all()
    assert np.sqrt(np.square(expected - found).mean()) < 0.01 * expected.std()
    assert "in float32, because their values come near the end of float16's range." in remark


def test_raw_columns_beyond_float16_are_taken_as_they_are(tmp_path):
    float32 = table_regression(tmp_path / "float32.onnx", unit=0.001, columns=1e6)
    raw = 1e6 * rows(500)

    remark = halve(float32, tmp_path / "float16.onnx", TrainingDraw(raw[:100], raw[:100]))

    expected, found = answers(float32, raw), answers(tmp_path / "float16.onnx", raw)
    assert remark == ""
    assert np.sqrt(np.square(expected - found).mean()) < 0.01 * expected.std()


def test_a_tensor_that_several_float32_operations_take_is_cast_once(tmp_path):
    path = picture_classifier(tmp_path / "float32.onnx")
    model = onnx.load(path)
    graph = model.graph
    # Two softmaxes inside the network take the same values.
    (flat,) = [node for node in graph.node if node.op_type == "Flatten"]
    (gemm,) = [node for node in graph.node if node.op_type == "Gemm"]
    place = list(graph.node).index(gemm)
    extra = [
        onnx.helper.make_node("Softmax", [flat.output[0]], ["first"], axis=1),
        onnx.helper.make_node("Softmax", [flat.output[0]], ["second"], axis=-1),
        onnx.helper.make_node("Add", ["first", "second"], ["both"]),
    ]
    for offset, node in enumerate(extra):
        graph.node.insert(place + offset, node)
    graph.node[place + 3].input[0] = "both"
    onnx.save_model(model, path)

    halve(path, tmp_path / "float16.onnx", TrainingDraw(pictures(16), pictures(16)))

    onnx.checker.check_model(onnx.load(tmp_path / "float16.onnx"), full_check=True)
    np.testing.assert_allclose(answers(path, pictures(9)), answers(tmp_path / "float16.onnx", pictures(9)), atol=0.01)


def test_the_same_bytes_come_out_twice(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")

    halve(float32, tmp_path / "once.onnx", draw)
    halve(float32, tmp_path / "twice.onnx", draw)

    assert (tmp_path / "once.onnx").read_bytes() == (tmp_path / "twice.onnx").read_bytes()


def test_a_failing_converter_is_one_sentence(tmp_path, draw, monkeypatch):
    def failing(*arguments, **named):
        raise RuntimeError("no such thing.\nand more")

    monkeypatch.setattr(half_precision, "_converted", failing)  # no network is known that makes it fail

    with pytest.raises(ExportError, match=r"^The network cannot be written in half precision: no such thing\.$"):
        halve(picture_classifier(tmp_path / "float32.onnx"), tmp_path / "float16.onnx", draw)
    assert not (tmp_path / "float16.onnx").exists()
