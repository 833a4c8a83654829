"""Sessions run on what was asked for, or say why not; no graph takes more memory than there is for it."""

import logging
import os

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from desktop_app.errors import ModelError
from desktop_app.inference import sessions
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.native_output import caught_standard_error
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.providers import CPU, CUDA, cuda_devices

NO_DEVICE = pytest.mark.skipif(
    CUDA not in onnxruntime.get_available_providers() or cuda_devices() > 0,
    reason="needs ONNX Runtime built for CUDA on a machine without a device",
)


@NO_DEVICE
@pytest.mark.parametrize("wanted", ["cuda", "CUDAExecutionProvider", "tensorrt"])
def test_a_provider_that_cannot_work_is_replaced_by_the_cpu_with_the_reason(colour_model, caplog, capfd, wanted):
    with caplog.at_level(logging.WARNING):
        model = OnnxModel.open(colour_model(), wanted)
    assert model.provider == CPU
    asked = "TensorRT" if wanted == "tensorrt" else "CUDA"
    assert model.fallback.startswith(f"{asked} was asked for but does not work here: the NVIDIA driver")
    assert model.fallback.endswith(". The CPU is used instead.")
    assert model.fallback in caplog.text
    assert model.run(np.zeros((1, 8, 6, 3), np.uint8)).shape == (1, 3)
    assert capfd.readouterr() == ("", "")


@NO_DEVICE
def test_a_library_that_is_missing_is_named_out_of_the_runtimes_own_log(colour_model, monkeypatch, capfd):
    # A device that answers stands in for a machine with a driver but without CUDA's libraries.
    monkeypatch.setattr(sessions, "why_not", lambda provider: "")
    model = OnnxModel.open(colour_model(), "cuda")
    assert model.provider == CPU
    assert "does not work here: the library lib" in model.fallback
    assert "is missing" in model.fallback
    assert capfd.readouterr() == ("", "")


def test_nothing_is_said_where_the_provider_that_was_asked_for_runs(colour_model, caplog):
    assert OnnxModel.open(colour_model(), "cpu").fallback == ""
    assert caplog.text == ""


@pytest.mark.parametrize("purpose", ["latency", "throughput"])
def test_threads_and_purpose_change_the_speed_and_not_the_answers(colour_model, purpose):
    pictures = np.random.default_rng(2).integers(0, 256, (3, 8, 6, 3), dtype=np.uint8)
    expected = OnnxModel.open(colour_model(), "cpu").run(pictures)
    model = OnnxModel.open(colour_model(), "cpu", purpose=purpose, threads=1)
    np.testing.assert_array_equal(model.run(pictures), expected)
    options = model._session.get_session_options()
    assert options.intra_op_num_threads == 1
    spinning = options.get_session_config_entry("session.intra_op.allow_spinning")
    assert spinning == ("1" if purpose == "latency" else "0")
    with pytest.raises(ModelError, match="number of threads must be 0"):
        OnnxModel.open(colour_model(), "cpu", threads=-1)


def test_a_graph_that_asks_for_more_memory_than_there_is_fails_in_words(tmp_path):
    sides = np.array([2**26, 2**14], dtype=np.int64)  # 4 TB, worked out where no look at the file can see it
    graph = helper.make_graph(
        [
            helper.make_node("Mul", ["half", "two"], ["sides"]),
            helper.make_node("ConstantOfShape", ["sides"], ["made"]),
            helper.make_node("ReduceMax", ["made"], ["most"], keepdims=0),
            helper.make_node("Add", ["features", "most"], ["logits"]),
        ],
        "graph",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)],
        initializer=[numpy_helper.from_array(sides // 2, "half"), numpy_helper.from_array(sides * 0 + 2, "two")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    metadata = Metadata.from_props(
        {"downslope.labels": '["a", "b"]', "downslope.columns": '{"names": ["x", "y"]}'},
    )
    onnx.save(made, tmp_path / "hungry.onnx")
    model = OnnxModel.open(tmp_path / "hungry.onnx", "cpu", described=metadata)
    with pytest.raises(ModelError, match=r"failed on 1 inputs: it needs more than the [0-9.]+ GB of memory"):
        model.run(np.zeros((2, 2), np.float32))


def test_what_native_code_writes_to_standard_error_is_caught_and_what_comes_after_is_not(capfd):
    with caught_standard_error() as said:
        os.write(2, b"a reason\n")
    os.write(2, b"afterwards\n")
    assert said() == "a reason\n"
    assert capfd.readouterr().err == "afterwards\n"
