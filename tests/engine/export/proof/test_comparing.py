"""A file is compared from the samples' files, by the code that people predict with, and the card says what differs."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exporting import rule_of
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.comparing import compare_file, present_providers
from desktop_app.engine.export.proof.differing import MOST_DIFFERING, differing_samples, most_differing
from desktop_app.engine.export.proof.parity_card import ParityRule
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.task import TableInput, Task
from desktop_app.engine.validation_samples import ValidationSamples
from desktop_app.errors import DataError, ModelError
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import CPU, CUDA, cuda_devices

CLASSES = ("dark", "light", "mixed")


def photographs(folder: Path, each: int = 12) -> Path:
    generator = np.random.default_rng(0)
    for place, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            low, high = ((0, 90), (160, 256), (0, 256))[place]
            width, height = 20 + number, 34 - number
            noise = generator.integers(low, high, (height // 2, width // 2, 3), dtype=np.uint8)
            Image.fromarray(noise).resize((width, height)).save(folder / name / f"{number}.png")
    return folder


def flowers(file: Path, rows: int = 90) -> Path:
    generator = np.random.default_rng(1)
    lines = ["colour,length,kind"]
    for place in range(rows):
        kind = place % 3
        lines.append(f"{('red', 'blue', 'white')[kind]},{generator.normal(kind, 0.5):.3f},{'abc'[kind]}")
    file.write_text("\n".join(lines))
    return file


@pytest.fixture(scope="module")
def pictures_run(train, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    content = {
        "data": {"source": "image_folder", "path": str(photographs(folder / "data")), "image_size": 16},
        "model": {"kind": "cnn", "layers": [4, 8]},
        "training": {"epochs": 2, "threads": 1, "batch_size": 8},
    }
    return train(Experiment.from_dict(content), folder).run


@pytest.fixture(scope="module")
def table_run(train, tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    content = {
        "data": {"source": "table", "path": str(flowers(folder / "flowers.csv")), "target": "kind"},
        "model": {"layers": [8]},
        "training": {"epochs": 5, "threads": 1},
    }
    return train(Experiment.from_dict(content), folder).run


@pytest.fixture(scope="module")
def files():
    """Return the content of the files of runs that were written before."""
    return {}


@pytest.fixture
def written(all_plugins, tmp_path, files):
    """Return a writer of a run's file, which gives the source it came from, too."""

    def write(run):
        source, path = ExportSource.open(run, all_plugins), tmp_path / "model.onnx"
        if run.folder not in files:
            write_onnx(source, ExportOptions(), path)
            files[run.folder] = path.read_bytes()
        path.write_bytes(files[run.folder])
        return source, path

    return write


def change_metadata(path: Path, **changed) -> None:
    """Give a file other metadata, its graph left alone."""
    proto = onnx.load(path)
    found = Metadata.from_props({entry.key: entry.value for entry in proto.metadata_props})
    del proto.metadata_props[:]
    for key, value in Metadata(**{**vars(found), **changed}).to_props().items():
        proto.metadata_props.add(key=key, value=value)
    path.write_bytes(proto.SerializeToString())


def test_pictures_are_compared_from_their_files_on_each_provider_that_works_here(pictures_run, written):
    source, path = written(pictures_run)
    shares = []

    card = compare_file(source, path, report=shares.append)

    assert card.passed, card
    assert card.providers[0].provider == CPU
    assert card.parity.samples == len(source.samples) == 6
    assert (card.model, card.variant, card.labels, card.divergence) == ("model.onnx", "float32", CLASSES, None)
    assert card.size_bytes == path.stat().st_size
    assert {each.name for each in card.differing} <= set(source.samples.names)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_a_file_that_tells_people_to_resize_otherwise_fails_though_its_graph_is_right(pictures_run, written):
    source, path = written(pictures_run)
    resize = Metadata.from_props({entry.key: entry.value for entry in onnx.load(path).metadata_props}).resize
    change_metadata(path, resize=type(resize)(resize.size, "stretch", resize.interpolation))

    card = compare_file(source, path)

    assert not card.passed
    assert card.differing[0].difference == card.parity.max_abs_diff > 1e-4
    assert card.divergence is None  # each layer does what it should with what it is given


def test_a_file_whose_words_stand_for_other_numbers_fails_though_its_graph_is_right(table_run, written):
    source, path = written(table_run)
    assert compare_file(source, path).passed

    columns = Metadata.from_props({entry.key: entry.value for entry in onnx.load(path).metadata_props}).columns
    words = {"colour": tuple(reversed(columns.vocabularies["colour"]))}
    change_metadata(path, columns=type(columns)(columns.names, words))

    assert not compare_file(source, path).passed


def test_a_table_that_lost_rows_meanwhile_is_named(table_run, written):
    source, path = written(table_run)
    table = Path(table_run.experiment.data.path)
    source.answers()
    content = table.read_text()
    try:
        flowers(table, rows=9)
        with pytest.raises(DataError, match=r'flowers\.csv" has no row \d+ any more'):
            compare_file(source, path)
    finally:
        table.write_text(content)


def test_a_picture_that_cannot_be_read_any_more_is_named(pictures_run, written):
    source, path = written(pictures_run)
    source.answers()
    file = Path(source.samples.items[3])
    content = file.read_bytes()
    try:
        file.write_bytes(content[: len(content) // 2])
        with pytest.raises(DataError, match=rf"{file.name}.* nothing can be compared on it"):
            compare_file(source, path)
    finally:
        file.write_bytes(content)


def test_samples_that_lie_in_no_file_are_given_as_values(finished, written):
    for kind in ("mlp", "augmentation"):
        source, path = written(finished(kind))

        card = compare_file(source, path)

        assert card.passed
        assert card.parity.samples == len(source.samples)


def test_a_file_with_other_ends_is_compared_and_looked_into_by_the_same_way(pictures_run, all_plugins, tmp_path):
    options = ExportOptions(any_size=True, logits=True, layout="nchw", pixels="float32")
    source, path = ExportSource.open(pictures_run, all_plugins), tmp_path / "model.onnx"
    source.calibrate()
    write_onnx(source, options, path)
    assert compare_file(source, path, rule=rule_of(options)).passed

    weights = ExportSource.open(pictures_run, all_plugins)  # with a network of its own, which is not what was written
    weights.model.answers.temperature = source.model.answers.temperature
    name, layer = next(each for each in weights.model.network.named_modules() if isinstance(each[1], torch.nn.Conv2d))
    with torch.no_grad():
        layer.weight *= 1.5
    card = compare_file(weights, path, rule=rule_of(options))

    assert (card.passed, card.divergence.layer) == (False, name)


@pytest.mark.parametrize("kind", ["pictures", "table"])
def test_answers_that_are_no_numbers_fail_and_are_shown(kind, pictures_run, table_run, written):
    source, path = written(pictures_run if kind == "pictures" else table_run)
    proto = onnx.load(path)
    for weight in proto.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT and len(weight.dims) == 2:
            values = onnx.numpy_helper.to_array(weight).copy()
            values[0] = np.nan
            weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
    path.write_bytes(proto.SerializeToString())

    card = compare_file(source, path, rule=ParityRule(largest=None, most_lost=1.0))

    assert not card.passed
    assert card.divergence.operator == "Gemm"
    assert card.differing[0].difference == np.inf


def test_a_provider_that_was_asked_for_and_does_not_work_is_no_success(finished, written):
    if CUDA not in onnxruntime.get_available_providers() or cuda_devices():
        pytest.skip("needs an ONNX Runtime that was built for CUDA, and no device")
    source, path = written(finished("mlp"))

    with pytest.raises(ModelError, match=f'"{CUDA}" does not run .* {CPU} took its place'):
        compare_file(source, path, providers=[CUDA])
    assert present_providers() == [CPU]


class TestDifferingSamples:
    def samples(self, count):
        task = Task(input=TableInput(names=("x",)), classes=("no", "yes"))
        names = tuple(f"row {place + 1}" for place in range(count))
        return ValidationSamples(np.zeros((count, 1)), np.zeros(count, dtype=np.int64), task, names)

    def test_another_label_comes_first_then_what_is_furthest_apart(self):
        ours = np.array([[0.9, 0.1], [0.51, 0.49], [0.7, 0.3], [0.5, 0.5]], dtype=np.float32)
        theirs = np.array([[0.8, 0.2], [0.49, 0.51], [0.9, 0.1], [0.5, 0.5]], dtype=np.float32)

        found = differing_samples(self.samples(4), ours, theirs)

        assert [each.name for each in found] == ["row 2", "row 3", "row 1"]
        first = found[0]
        assert (first.truth, first.torch_label, first.onnx_label) == ("no", "no", "yes")
        assert (first.torch, first.onnx) == ((0.51, 0.49), (0.49, 0.51))
        assert first.difference == pytest.approx(0.02, rel=1e-5)

    def test_of_a_regression_the_differences_are_in_standard_deviations(self):
        task = Task(input=TableInput(names=("x",)), output="number")
        samples = ValidationSamples(np.zeros((1, 1)), np.array([7.5], dtype=np.float32), task, ("row 1",))

        (found,) = differing_samples(samples, np.array([[7.0]], np.float32), np.array([[9.0]], np.float32), scale=4.0)

        assert (found.truth, found.torch_label, found.onnx_label, found.difference) == ("7.5", "7", "9", 0.5)

    @given(
        st.integers(0, 40).flatmap(
            lambda count: st.tuples(*[arrays(np.float32, (count, 2), elements=st.floats(0, 1, width=32))] * 2)
        )
    )
    def test_there_are_few_and_each_is_at_least_as_far_apart_as_the_next(self, answers):
        ours, theirs = answers

        found = differing_samples(self.samples(len(ours)), ours, theirs)

        assert len(found) == min(MOST_DIFFERING, len(most_differing(ours, theirs)))
        keys = [(each.torch_label == each.onnx_label, -each.difference) for each in found]
        assert keys == sorted(keys)
        assert all(each.difference > 0 for each in found)
