"""INT8 files: eight bits where there are weights, the same labels, and each attempt more careful than the last."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_graphs import picture_classifier, pictures, rows, table_regression, without_layers

from desktop_app.engine.export.smaller import quantisation
from desktop_app.engine.export.smaller.quantisation import agreement, quantise
from desktop_app.engine.export.smaller.training_draw import TrainingDraw, balanced, feeds
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Metadata

OPTIMISED = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
AS_WRITTEN = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL


def answers(path, raw, level=OPTIMISED):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: raw})[0]


def quantised(float32, out, draw):
    """Return the remark about the first attempt, which is then in ``out``."""
    with contextlib.closing(quantise(float32, out, draw)) as attempts:
        return next(attempts)


@pytest.fixture(scope="module")
def draw():
    return TrainingDraw(pictures(48), pictures(72)[48:])


@pytest.fixture(scope="module")
def attempts(tmp_path_factory, draw):
    """Return a float32 file with channels of very different sizes, and all attempts at it with their remarks."""
    folder = tmp_path_factory.mktemp("int8")
    float32 = picture_classifier(folder / "float32.onnx", spread=300.0)
    found = []
    for place, remark in enumerate(quantise(float32, folder / "int8.onnx", draw)):
        kept = folder / f"{place}.onnx"
        (folder / "int8.onnx").rename(kept)
        found.append((kept, remark))
    return float32, found


def nodes_of(path):
    graph = onnx.load(path).graph
    return graph, {name: node for node in graph.node for name in node.output}


def test_an_int8_file_gives_the_same_labels_and_nearly_the_same_probabilities(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")

    remark = quantised(float32, tmp_path / "int8.onnx", draw)

    raw = pictures(200)
    expected, found = answers(float32, raw), answers(tmp_path / "int8.onnx", raw)
    assert remark == "A processor without VNNI instructions may round more: verify the file where it is to run."
    assert len(set(expected.argmax(axis=1))) > 1
    assert (expected.argmax(axis=1) == found.argmax(axis=1)).mean() >= 0.97
    assert np.abs(expected - found).max() < 0.08
    assert (tmp_path / "int8.onnx").stat().st_size < 0.36 * float32.stat().st_size


def test_layers_have_a_scale_a_channel_and_what_is_around_them_stays_in_float32(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    quantised(float32, tmp_path / "int8.onnx", draw)

    graph, given_by = nodes_of(tmp_path / "int8.onnx")
    weights = {each.name: each for each in graph.initializer}
    layers = [node for node in graph.node if node.op_type in ("Conv", "Gemm")]
    assert len(layers) == 4
    for layer in layers:
        dequantised = given_by[layer.input[1]]
        assert dequantised.op_type == "DequantizeLinear"
        assert weights[dequantised.input[0]].data_type == onnx.TensorProto.INT8
        assert list(weights[dequantised.input[1]].dims) == [3 if layer.op_type == "Gemm" else 32]
    for name, outcome in (("Softmax", "Gemm"), ("Sub", "Div"), ("Div", "Cast")):
        (node,) = [node for node in graph.node if node.op_type == name]
        assert given_by[node.input[0]].op_type == outcome
    assert (graph.input[0].name, graph.output[0].name) == ("image", "probabilities")


def test_weights_have_seven_bits_where_that_comes_nearer(tmp_path, draw, monkeypatch):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    quantised_as_asked = quantisation._Quantiser._quantised

    def overflowing(self, method, seven_bits, left_out):
        """Stand in for a processor whose sums overflow: there is none such at hand."""
        model = quantised_as_asked(self, method, seven_bits, left_out)
        if not seven_bits:
            for weights in model.graph.initializer:
                if weights.data_type == onnx.TensorProto.INT8 and len(weights.dims) > 1:
                    halved = np.clip(onnx.numpy_helper.to_array(weights), -60, 60)
                    weights.CopyFrom(onnx.numpy_helper.from_array(halved, weights.name))
        return model

    monkeypatch.setattr(quantisation._Quantiser, "_quantised", overflowing)

    remark = quantised(float32, tmp_path / "int8.onnx", draw)

    graph, _ = nodes_of(tmp_path / "int8.onnx")
    weights = [each for each in graph.initializer if each.data_type == onnx.TensorProto.INT8]
    assert remark == ""
    assert max(np.abs(onnx.numpy_helper.to_array(each).astype(int)).max() for each in weights) == 64


def test_a_prediction_is_not_rounded_to_eight_bits(tmp_path):
    float32 = table_regression(tmp_path / "float32.onnx")
    quantised(float32, tmp_path / "int8.onnx", TrainingDraw(rows(200), rows(100)))

    raw = rows(1000)
    expected, found = answers(float32, raw), answers(tmp_path / "int8.onnx", raw)
    assert len(np.unique(found)) > 256
    assert np.sqrt(np.square(expected - found).mean()) < 0.05 * expected.std()


def test_the_metadata_is_carried_over_and_names_the_variant(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    quantised(float32, tmp_path / "int8.onnx", draw)

    before, after = onnx.load(float32), onnx.load(tmp_path / "int8.onnx")
    props = {each.key: each.value for each in after.metadata_props}
    origin = json.loads(props.pop("downslope.origin"))
    assert props == {each.key: each.value for each in before.metadata_props if each.key != "downslope.origin"}
    assert origin == {"version": "0.1.0", "run": "small-1", "data_sha256": "ab", "variant": "int8"}
    assert Metadata.from_props({each.key: each.value for each in after.metadata_props}).labels == ("a", "b", "c")
    assert after.producer_name == "downslope"


def test_the_same_bytes_come_out_twice_whatever_the_order_of_sets(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    quantised(float32, tmp_path / "int8.onnx", draw)

    program = (
        "import sys; sys.path[:0] = sys.argv[3:]\n"
        "from pathlib import Path\n"
        "from small_graphs import pictures\n"
        "from desktop_app.engine.export.smaller.quantisation import quantise\n"
        "from desktop_app.engine.export.smaller.training_draw import TrainingDraw\n"
        "next(quantise(Path(sys.argv[1]), Path(sys.argv[2]), TrainingDraw(pictures(48), pictures(72)[48:])))\n"
    )
    again = tmp_path / "again.onnx"
    command = [sys.executable, "-c", program, str(float32), str(again), *(path for path in sys.path if path)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert again.read_bytes() == (tmp_path / "int8.onnx").read_bytes()


def test_later_attempts_diverge_less_and_say_what_they_give_up(attempts):
    float32, found = attempts
    raw = pictures(300)
    expected = answers(float32, raw)

    divergences = [agreement(expected, answers(path, raw), "probabilities")[1] for path, _ in found]
    remarks = [remark for _, remark in found]

    assert divergences[-1] < divergences[0]
    assert "in float32" not in remarks[0]
    assert remarks[-1].startswith("1 of 4 layers stays in float32")


def test_a_layer_that_was_left_out_stays_in_float32_also_when_the_file_is_opened(attempts):
    _, found = attempts
    path, _ = found[-1]
    graph, given_by = nodes_of(path)
    left_out = [node for node in graph.node if node.op_type == "Conv" and node.input[1] not in given_by]
    raw = pictures(100)

    assert len(left_out) == 1
    np.testing.assert_allclose(answers(path, raw), answers(path, raw, AS_WRITTEN), atol=0.01)


def test_a_network_without_layers_is_refused_in_one_sentence(tmp_path):
    float32 = without_layers(tmp_path / "float32.onnx")

    with pytest.raises(
        ExportError, match=r"^The network has no convolution or linear layer that could be quantised\.$"
    ):
        quantised(float32, tmp_path / "int8.onnx", TrainingDraw(rows(8), rows(8)))
    assert not (tmp_path / "int8.onnx").exists()


def test_nothing_is_printed_logged_or_left_behind(tmp_path, draw, capfd, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    handlers, level = list(logging.getLogger().handlers), logging.getLogger("onnxruntime").level
    float32 = picture_classifier(tmp_path / "float32.onnx")

    quantised(float32, tmp_path / "int8.onnx", draw)

    assert capfd.readouterr() == ("", "")
    assert list(temporary.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"temporary", "float32.onnx", "int8.onnx"}
    assert (logging.getLogger().handlers, logging.getLogger("onnxruntime").level) == (handlers, level)


def test_the_share_done_grows_to_one_and_what_the_report_raises_ends_it(tmp_path, draw):
    float32 = picture_classifier(tmp_path / "float32.onnx")
    shares = []
    next(quantise(float32, tmp_path / "int8.onnx", draw, shares.append))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def cancel(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(quantise(float32, tmp_path / "cancelled.onnx", draw, cancel))
    assert not (tmp_path / "cancelled.onnx").exists()


def test_a_graph_is_fed_in_its_own_layout_and_unit(tmp_path):
    model = onnx.load(picture_classifier(tmp_path / "float32.onnx"))
    model.metadata_props.add(key="downslope.pixels", value='{"layout": "nchw", "type": "float32"}')
    raw = pictures(3)

    (feed,) = feeds(model, raw)

    np.testing.assert_allclose(feed["image"], raw.transpose(0, 3, 1, 2) / 255.0, rtol=1e-6)
    assert feed["image"].dtype == np.float32


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), st.integers(1, 100))
def test_a_draw_takes_the_classes_in_turn(labels, most):
    drawn = balanced(np.array(labels), len(labels), most)

    assert len(drawn) == len(set(drawn)) == min(most, len(labels))
    assert drawn == balanced(np.array(labels), len(labels), most)
    counts = [sum(labels[place] == label for place in drawn) for label in set(labels)]
    left = [label for place, label in enumerate(labels) if place not in drawn]
    for label, count in zip(set(labels), counts, strict=True):
        assert label not in left or count >= max(counts) - 1


@given(st.lists(st.lists(st.floats(-20, 20), min_size=3, max_size=3), min_size=1, max_size=10), st.floats(-5, 5))
def test_answers_agree_with_themselves_and_logits_up_to_a_constant(logits, constant):
    given_logits = np.array(logits)

    same, divergence = agreement(given_logits, given_logits + constant, "logits")

    assert divergence == pytest.approx(0.0, abs=1e-9)
    assert agreement(given_logits, given_logits, "logits")[0] == 1.0
    assert 0.0 <= same <= 1.0
    assert agreement(given_logits, np.full_like(given_logits, np.nan), "logits") == (0.0, float("inf"))


def test_a_divergence_is_kullback_and_leiblers():
    ours, theirs = np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])

    expected = 0.5 * np.log(0.5 / 0.25) + 0.5 * np.log(0.5 / 0.75)
    assert agreement(ours, theirs, "probabilities") == (
        1.0 * (ours.argmax() == theirs.argmax()),
        pytest.approx(expected),
    )
    assert agreement(np.log(ours), np.log(theirs), "logits")[1] == pytest.approx(expected)
    assert agreement(np.array([[0.0]]), np.array([[np.log(3)]]), "logits")[1] == pytest.approx(expected)
    assert agreement(np.array([[1.0], [3.0]]), np.array([[1.0], [5.0]]), "prediction") == (1.0, 2.0)
