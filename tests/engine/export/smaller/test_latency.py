"""Latencies: what is stated, who takes turns, and what goes wrong. No time is asserted."""

import numpy as np
import onnx
import pytest
from small_graphs import picture_classifier, table_regression

from desktop_app.engine.export.smaller import latency as latency_module
from desktop_app.engine.export.smaller.latency import measure_latencies, measure_latency
from desktop_app.errors import ModelError


@pytest.fixture
def files(tmp_path):
    return [picture_classifier(tmp_path / "pictures.onnx"), table_regression(tmp_path / "table.onnx")]


def test_latencies_come_in_the_files_order_with_what_they_were_measured_with(files):
    pictures, table = measure_latencies(files, "cpu", threads=1, seconds=0.05)

    for each in (pictures, table):
        assert (each.provider, each.threads, each.batch) == ("CPUExecutionProvider", 1, 32)
        assert each.single_ms > 0
        assert each.batch_ms > 0
    assert pictures.single_ms > table.single_ms


def test_without_a_number_there_is_a_thread_a_core(files):
    assert measure_latency(files[1], "cpu", seconds=0.01).threads >= 1


def test_files_take_turns(files, monkeypatch):
    turns = []
    run = latency_module._Timed.run

    def noting(self, size):
        turns.append((self._path.name, size))
        return run(self, size)

    monkeypatch.setattr(latency_module._Timed, "run", noting)

    measure_latencies(files, "cpu", threads=1, seconds=0.0)

    a_round = [("pictures.onnx", 1), ("pictures.onnx", 32), ("table.onnx", 1), ("table.onnx", 32)]
    assert turns[-12:] == a_round * 3


def test_medians_are_of_the_timed_runs_alone(files, monkeypatch):
    durations = iter([9.0, 9.0, 9.0, 0.001, 0.064, 0.004, 0.032, 0.002, 0.096])
    monkeypatch.setattr(latency_module._Timed, "run", lambda self, size: next(durations))

    found = measure_latency(files[0], "cpu", seconds=0.0)

    assert (found.single_ms, found.batch_ms) == (pytest.approx(2.0), pytest.approx(2.0))


def test_the_share_done_ends_at_one_and_what_the_report_raises_ends_it(files):
    shares = []
    measure_latencies(files, "cpu", threads=1, seconds=0.02, report=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def cancel(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_latencies(files, "cpu", report=cancel)


def test_a_graph_that_resizes_is_given_pictures_of_its_own_size(tmp_path):
    model = onnx.load(picture_classifier(tmp_path / "fixed.onnx"))
    for place in (1, 2):
        model.graph.input[0].type.tensor_type.shape.dim[place].dim_param = f"side_{place}"
    onnx.save_model(model, tmp_path / "any.onnx")

    assert measure_latency(tmp_path / "any.onnx", "cpu", seconds=0.01).single_ms > 0


def test_a_file_that_is_no_model_is_one_sentence(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"not a model")

    with pytest.raises(ModelError, match=r'^The file ".*broken\.onnx" is not an ONNX model'):
        measure_latency(tmp_path / "broken.onnx", "cpu")


def test_a_model_that_fails_is_one_sentence(tmp_path):
    graph = onnx.parser.parse_graph(
        "odd (float[batch, 4] features) => (float[batch, 2] prediction) { prediction = Reshape (features, shape) }"
    )
    graph.initializer.append(onnx.numpy_helper.from_array(np.array([7, 2]), "shape"))
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    for key, value in (("downslope.task", "regression"), ("downslope.columns", '{"names": ["a", "b", "c", "d"]}')):
        model.metadata_props.add(key=key, value=value)
    onnx.save_model(model, tmp_path / "odd.onnx")

    with pytest.raises(ModelError, match=r'^The model ".*odd\.onnx" failed on 1 inputs: '):
        measure_latency(tmp_path / "odd.onnx", "cpu")
