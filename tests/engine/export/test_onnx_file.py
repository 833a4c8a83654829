"""What an exported file takes, computes, gives and says of itself."""

import collections
import os
import re
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_sample_images
from torch import nn

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.onnx_file import OPSET, write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.raw_to_answers import RawToAnswers, example_input
from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Metadata
from desktop_app.reading.pictures import fit_picture

NETWORKS = {
    "transfer": {},
    "cnn": {"training__epochs": 1, "data__augment": "none"},
    "mlp": {"model__normalization": "batch_norm", "model__dropout": 0.3},
    "sigmoid": {"model__output": "sigmoid"},
}
KIND_OF = {"cnn": "augmentation", "sigmoid": "mlp"}


def two_columns(folder, numbers=False):
    """Return a table whose target is one of two words, or a number."""
    generator = np.random.default_rng(0)
    lines = ["a,b,target"]
    for _ in range(120):
        a, b = generator.normal(size=2)
        noisy = a - b + generator.normal(scale=0.5)
        lines.append(f"{a:.4f},{b:.4f},{f'{noisy:.5f}' if numbers else ('no', 'yes')[int(noisy > 0)]}")
    file = folder / "two.csv"
    file.write_text("\n".join(lines))
    return {"source": "table", "path": str(file), "target": "target"}


@pytest.fixture(scope="session")
def source(train, experiment_of, all_plugins, tmp_path_factory):
    """Return opened runs by kind, trained when first asked for and calibrated."""
    found = {}

    def get(kind):
        if kind not in found:
            folder = tmp_path_factory.mktemp(kind)
            if kind in ("sigmoid", "regression"):
                content = {"model": {"layers": [8]}, "training": {"epochs": 20, "threads": 1}}
                content["data"] = two_columns(folder, numbers=kind == "regression")
                content["model"] |= {"output": "sigmoid"} if kind == "sigmoid" else {}
                experiment = Experiment.from_dict(content)
            else:
                experiment = experiment_of(KIND_OF.get(kind, kind), **NETWORKS[kind])
            opened = ExportSource.open(train(experiment, folder).run, all_plugins)
            opened.calibrate()
            found[kind] = opened
        return found[kind]

    return get


@pytest.fixture(scope="session")
def written(source, tmp_path_factory):
    """Return a writer: the file of a kind of run with options, made when first asked for, and a session."""
    folder = tmp_path_factory.mktemp("written")
    found = {}

    def write(kind, **options):
        chosen = (kind, ExportOptions(**options))
        if chosen not in found:
            path = folder / f"{len(found)}.onnx"
            write_onnx(source(kind), chosen[1], path)
            found[chosen] = path, onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return found[chosen]

    return write


def raw_of(source):
    return np.concatenate(list(source.samples.batches(64)))


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def metadata_of(session):
    return Metadata.from_props(session.get_modelmeta().custom_metadata_map)


class TestOptions:
    @pytest.mark.parametrize(("layout", "pixels"), [("nhwc", "uint8"), ("nchw", "uint8"), ("nhwc", "float32")])
    def test_any_layout_and_type_of_pixels_gives_the_same_answers(self, layout, pixels, source, written):
        opened = source("cnn")
        _, session = written("cnn", layout=layout, pixels=pixels)

        raw = raw_of(opened)
        given = raw.astype(np.float32) / 255 if pixels == "float32" else raw
        given = np.ascontiguousarray(given.transpose(0, 3, 1, 2)) if layout == "nchw" else given
        entry, metadata = session.get_inputs()[0], metadata_of(session)

        assert (entry.name, entry.shape[0]) == ("image", "batch")
        assert entry.shape[1:] == list(given.shape[1:])
        assert entry.type == ("tensor(float)" if pixels == "float32" else "tensor(uint8)")
        assert (metadata.pixels.layout, metadata.pixels.type) == (layout, pixels)
        np.testing.assert_allclose(session.run(None, {"image": given})[0], opened.answers(), atol=1e-4)

    @pytest.mark.parametrize("kind", ["cnn", "sigmoid"])
    def test_logits_are_what_softmax_makes_the_probabilities_of(self, kind, source, written):
        opened = source(kind)
        _, session = written(kind, logits=True)

        logits = session.run(None, {session.get_inputs()[0].name: raw_of(opened)})[0]

        assert session.get_outputs()[0].name == "logits"
        assert logits.shape == (len(opened.samples), len(opened.run.classes))
        np.testing.assert_allclose(softmax(logits), opened.answers(), atol=1e-5)
        assert not np.allclose(logits.sum(axis=1), 1.0)

    def test_what_a_task_does_not_have_is_refused_in_a_sentence(self, source, tmp_path):
        for options, sentence in (
            ({"any_size": True}, "A model for tables takes rows .* export it without any size"),
            ({"layout": "nchw"}, "export it without the layout nchw"),
            ({"pixels": "float32"}, "export it without float32 pixels"),
        ):
            with pytest.raises(ExportError, match=sentence):
                write_onnx(source("mlp"), ExportOptions(**options), tmp_path / "model.onnx")
        with pytest.raises(ExportError, match="A regression has no logits"):
            write_onnx(source("regression"), ExportOptions(logits=True), tmp_path / "model.onnx")
        assert list(tmp_path.iterdir()) == []


class TestAnySize:
    @pytest.mark.parametrize("layout", ["nhwc", "nchw"])
    def test_photographs_of_many_sizes_get_the_answers_that_they_get_resized(self, layout, source, written):
        opened = source("transfer")
        into = opened.run.task.input
        pixels = "float32" if layout == "nchw" else "uint8"
        _, session = written("transfer", any_size=True, layout=layout, pixels=pixels)
        photographs = [
            Image.fromarray(photograph[top : top + height, left : left + width])
            for photograph in load_sample_images().images
            for top, left, height, width in (
                (0, 0, 427, 640),
                (50, 90, 300, 41),
                (10, 0, 33, 600),
                (5, 5, 20, 20),
                (200, 100, 32, 32),
                (9, 300, 1, 77),
                (0, 320, 400, 300),
            )
        ]

        free = {axis: name for axis, name in enumerate(session.get_inputs()[0].shape) if isinstance(name, str)}
        assert list(free.values()) == ["batch", "height", "width"]
        assert metadata_of(session).resize.inside
        for photograph in photographs:
            fitted = fit_picture(photograph, (into.height, into.width), into.rule, into.interpolation)
            wanted = opened.model.answers(opened.model.logits(torch.from_numpy(fitted[None]))).detach().numpy()
            given = np.asarray(photograph)[None]
            if layout == "nchw":
                given = np.ascontiguousarray(given.transpose(0, 3, 1, 2).astype(np.float32) / 255)
            np.testing.assert_allclose(session.run(None, {"image": given})[0], wanted, atol=1e-2)

    def test_is_not_said_of_a_file_that_takes_one_size(self, written):
        _, session = written("cnn")

        assert not metadata_of(session).resize.inside
        assert "inside" not in session.get_modelmeta().custom_metadata_map["downslope.resize"]


class TestGraph:
    @pytest.mark.parametrize("kind", ["mlp", "cnn", "transfer"])
    def test_has_no_batch_norm_and_no_dropout_left(self, kind, source, written):
        network = source(kind).model.network
        assert any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in network.modules())
        path, _ = written(kind)

        operators = {node.op_type for node in onnx.load(path).graph.node}

        assert not operators & {"BatchNormalization", "Dropout", "Identity"}

    def test_is_simpler_than_what_the_network_is_traced_to(self, source, written):
        opened = source("transfer")
        path, _ = written("transfer")
        example = (example_input(opened.run.task),)
        free = {"raw": {0: torch.export.Dim.DYNAMIC}}
        whole = RawToAnswers(opened.model).eval()
        traced = torch.onnx.export(
            whole, example, dynamo=True, dynamic_shapes=free, optimize=False, verbose=False, opset_version=OPSET
        ).model_proto
        folded = onnx.load(path)
        counted, left = (
            collections.Counter(node.op_type for node in each.graph.node if node.op_type != "Constant")
            for each in (traced, folded)
        )

        assert counted["BatchNormalization"] > 0
        assert left["Conv"] == counted["Conv"]
        assert sum(left.values()) <= sum(counted.values()) - 2 * counted["BatchNormalization"]

    @pytest.mark.parametrize("options", [{}, {"any_size": True}])
    def test_is_valid_whole_and_of_opset_18_or_newer(self, options, written):
        path, _ = written("transfer", **options)

        onnx.checker.check_model(str(path), full_check=True)
        assert [each.version >= 18 for each in onnx.load(path).opset_import] == [True]


class TestIdentity:
    def test_names_version_run_and_data(self, source, written):
        opened = source("cnn")
        _, session = written("cnn")

        origin = metadata_of(session).origin

        assert origin.version == version("downslope")
        assert origin.run == opened.run.folder.name
        assert re.fullmatch("[0-9a-f]{64}", origin.data)
        assert origin.data == opened.data_sha256()
        assert origin.variant == "float32"

    def test_says_how_it_was_calibrated_only_where_it_was(self, source, written, all_plugins, tmp_path):
        opened = source("cnn")
        _, session = written("cnn")
        assert metadata_of(session).calibration == opened.calibration

        fresh = ExportSource.open(opened.run, all_plugins)
        write_onnx(fresh, ExportOptions(calibrate=False), tmp_path / "plain.onnx")

        plain = onnxruntime.InferenceSession(str(tmp_path / "plain.onnx"), providers=["CPUExecutionProvider"])
        assert metadata_of(plain).calibration is None
        np.testing.assert_allclose(plain.run(None, {"image": raw_of(fresh)})[0], fresh.answers(), atol=1e-4)

    def test_a_file_is_the_same_to_the_byte_in_another_process(self, source, all_plugins, tmp_path):
        run = source("transfer").run
        here = export_run(run, tmp_path / "here.onnx", all_plugins)
        program = (
            "import sys, pathlib, desktop_app\n"
            "from desktop_app.engine.export.exporting import export_run\n"
            "export_run(desktop_app.Run.open(sys.argv[1]), pathlib.Path(sys.argv[2]))"
        )

        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, str(run.folder), str(tmp_path / "there.onnx")],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": "7"},
        )

        assert here.onnx.read_bytes() == (tmp_path / "there.onnx").read_bytes()
