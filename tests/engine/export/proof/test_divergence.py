"""Where a file and its network part is found, whatever was done to the file: the layer, as the network calls it."""

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.divergence import BOUNDS, find_divergence, relative_error
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.networks.layers import layers_of

OPTIONS = ExportOptions(calibrate=False)


@pytest.fixture(scope="module")
def deep(train, experiment_of, tmp_path_factory):
    """Return runs of networks with several layers: ``mlp``, and ``cnn`` with batch norms, which the file folds."""
    kinds = {
        "mlp": experiment_of("mlp", model__layers=[16, 16, 16], training__epochs=1),
        "cnn": experiment_of("augmentation", data__augment="none", model__layers=[4, 4, 4], training__epochs=1),
    }
    return {kind: train(experiment, tmp_path_factory.mktemp(kind)).run for kind, experiment in kinds.items()}


@pytest.fixture
def source_of(deep, all_plugins):
    return lambda kind: ExportSource.open(deep[kind], all_plugins)


def weighted(source):
    """Return the names and layers that have a weight of more than one axis, in order."""
    layers = {name: layer for layer, name in layers_of(source.model.network).items()}
    return [(name, layer) for name, layer in layers.items() if getattr(layer, "weight", torch.zeros(1)).ndim > 1]


@pytest.mark.parametrize("kind", ["mlp", "cnn"])
def test_a_weight_of_the_third_layer_that_changed_after_the_export_is_found(kind, source_of, tmp_path):
    source = source_of(kind)
    write_onnx(source, OPTIONS, tmp_path / "model.onnx")
    name, third = weighted(source)[2]

    assert find_divergence(source, tmp_path / "model.onnx", "float32", [5, 1]) is None
    with torch.no_grad():
        third.weight.view(-1)[:3] += 0.5
    found = find_divergence(source, tmp_path / "model.onnx", "float32", [5, 1])

    assert found.layer == name
    assert found.operator in ("Gemm", "Conv")
    assert BOUNDS["float32"] < found.difference <= 2


def test_a_layer_is_found_in_a_file_of_half_precision_and_its_rounding_is_not_taken_for_one(source_of, tmp_path):
    from onnxruntime.transformers.float16 import convert_float_to_float16

    source = source_of("mlp")
    write_onnx(source, OPTIONS, tmp_path / "model.onnx")
    half = convert_float_to_float16(onnx.load(tmp_path / "model.onnx"), keep_io_types=True)
    (tmp_path / "half.onnx").write_bytes(half.SerializeToString())

    assert find_divergence(source, tmp_path / "half.onnx", "float16", [0]) is None
    name, second = weighted(source)[1]
    with torch.no_grad():
        second.weight *= 1.1
    assert find_divergence(source, tmp_path / "half.onnx", "float16", [0]).layer == name


def test_what_lies_before_and_behind_the_layers_is_told_apart_from_them(source_of, tmp_path):
    source = source_of("mlp")
    path = tmp_path / "model.onnx"

    source.model.answers.temperature = 3.0
    write_onnx(source, OPTIONS, path)
    source.model.answers.temperature = 1.0
    assert find_divergence(source, path, "float32", [0]).layer == "answers"

    write_onnx(source, OPTIONS, path)
    with torch.no_grad():
        for buffer in source.model.preprocessing.buffers():
            if buffer.is_floating_point():
                buffer += 0.5
    assert find_divergence(source, path, "float32", [0]).layer == "preprocessing"


def test_a_network_that_does_something_else_while_it_is_exported_is_told(source_of, tmp_path):
    source = source_of("mlp")
    network = source.model.network
    network.register_forward_hook(lambda module, given, out: out if torch.compiler.is_exporting() else out.flip(1))
    write_onnx(source, OPTIONS, tmp_path / "model.onnx")

    assert find_divergence(source, tmp_path / "model.onnx", "float32", [0]).layer == "capture"


def test_of_a_file_that_has_no_value_of_the_network_nothing_is_claimed(source_of, tmp_path):
    source = source_of("mlp")
    write_onnx(source, OPTIONS, tmp_path / "model.onnx")
    proto = onnx.load(tmp_path / "model.onnx")
    kept = {entry.name for entry in (*proto.graph.input, *proto.graph.output, *proto.graph.initializer)}
    for node in proto.graph.node:
        for names in (node.input, node.output):
            names[:] = [name if name in kept or not name else f"other_{name}" for name in names]
    del proto.graph.value_info[:]
    (tmp_path / "other.onnx").write_bytes(proto.SerializeToString())
    with torch.no_grad():
        weighted(source)[0][1].weight += 1

    assert find_divergence(source, tmp_path / "other.onnx", "float32", [0]) is None


NUMBERS = arrays(np.float32, 6, elements=st.floats(-100, 100, width=32))


class TestRelativeError:
    def test_is_the_length_of_the_difference_as_a_share_of_the_length(self):
        assert relative_error(np.array([3.0, 4.0]), np.array([3.0, 3.0])) == pytest.approx(1 / 5)
        assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
        assert relative_error(np.zeros(3), np.array([0.0, 0.0, 1e-9])) == 1.0

    @given(NUMBERS, NUMBERS)
    def test_is_the_same_both_ways_and_at_most_two(self, one, other):
        error = relative_error(one, other)

        assert error == relative_error(other, one)
        assert 0.0 <= error <= 2.0 + 1e-9
        assert relative_error(one, one) == 0.0

    def test_of_numbers_that_are_not_finite_is_one_unless_they_are_the_same(self):
        broken = np.array([1.0, np.nan, np.inf])

        assert relative_error(np.ones(3), broken) == relative_error(broken, np.ones(3)) == 1.0
        assert relative_error(broken, broken) == 0.0
