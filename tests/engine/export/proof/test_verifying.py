"""An exported file that lies anywhere is verified against its run: by its own rule, and never against another run's."""

import shutil

import numpy as np
import onnx
import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exported import Exported, remember
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity_card import ParityRule
from desktop_app.engine.export.proof.verifying import verify_file
from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Calibration, Metadata, Origin, Resize


@pytest.fixture(scope="module")
def exported(train, experiment_of, all_plugins, tmp_path_factory):
    """Return a run and its export: digits as a table."""
    run = train(experiment_of("mlp", training__epochs=1), tmp_path_factory.mktemp("mlp")).run
    return run, export_run(run, None, all_plugins, options=ExportOptions(calibrate=False))


@pytest.fixture
def moved(exported, tmp_path):
    """Return the export, copied to where nobody knows of it."""
    return shutil.copy(exported[1].onnx, tmp_path / "elsewhere.onnx")


def change(path, weight=0.0, **metadata):
    """Add to the first weight of a file, and change its metadata."""
    proto = onnx.load(path)
    first = next(each for each in proto.graph.initializer if len(each.dims) == 2)
    first.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(first) + np.float32(weight), first.name))
    found = Metadata.from_props({entry.key: entry.value for entry in proto.metadata_props})
    del proto.metadata_props[:]
    for key, value in Metadata(**{**vars(found), **metadata}).to_props().items():
        proto.metadata_props.add(key=key, value=value)
    path.write_bytes(proto.SerializeToString())


def test_a_file_that_was_moved_gives_the_same_card_as_when_it_was_exported(exported, moved, all_plugins):
    run, report = exported
    phases = []

    card = verify_file(moved, run, all_plugins, lambda phase, share: phases.append((phase, share)))

    assert card.passed
    assert card == report.card.model_copy(update={"model": "elsewhere.onnx"})
    assert [share for _, share in phases] == sorted(share for _, share in phases)
    assert phases[-1] == ("Comparing", pytest.approx(1.0))


def test_a_file_that_was_changed_fails_and_the_layer_is_named(exported, moved, all_plugins):
    change(moved, weight=0.1)

    card = verify_file(moved, exported[0], all_plugins)

    assert (card.passed, card.divergence.operator) == (False, "Gemm")
    assert card.divergence.layer != ""


def test_a_file_of_another_run_is_said_to_be_one(exported, moved, all_plugins, train, experiment_of, tmp_path):
    run, _ = exported
    change(moved, origin=Origin(run="stamps-7"))
    assert verify_file(moved, run, all_plugins).passed  # a folder that was renamed is still the same run

    change(moved, weight=0.1)
    with pytest.raises(ModelError, match='was exported from the run "stamps-7" and does not give the answers of'):
        verify_file(moved, run, all_plugins)


def test_a_file_with_other_classes_columns_or_pictures_is_refused_before_anything_runs(
    exported, moved, all_plugins, finished
):
    run, _ = exported
    with pytest.raises(ModelError, match="does not take pictures of 8 x 8 pixels"):
        verify_file(moved, finished("augmentation"), all_plugins)

    proto = onnx.load(moved)
    columns = Metadata.from_props({entry.key: entry.value for entry in proto.metadata_props}).columns
    change(moved, columns=type(columns)(tuple(reversed(columns.names)), columns.vocabularies))
    with pytest.raises(ModelError, match=r"does not take the columns pixel_0_0, .* and 56 more"):
        verify_file(moved, run, all_plugins)

    change(moved, labels=tuple("abcdefghij"))
    with pytest.raises(ModelError, match=r"answers with the classes a, b, c.* was trained on the classes 0, 1, 2"):
        verify_file(moved, run, all_plugins)


def test_a_file_that_is_not_there_is_said(exported, all_plugins, tmp_path):
    with pytest.raises(ModelError, match="does not exist"):
        verify_file(tmp_path / "gone.onnx", exported[0], all_plugins)


def test_the_temperature_in_the_file_is_the_one_that_torch_answers_with(exported, all_plugins, tmp_path):
    run, _ = exported
    source = ExportSource.open(run, all_plugins)
    source.model.answers.temperature = 2.5
    write_onnx(source, ExportOptions(), tmp_path / "model.onnx")

    change(tmp_path / "model.onnx", calibration=Calibration(temperature=2.5))
    assert verify_file(tmp_path / "model.onnx", run, all_plugins).passed

    change(tmp_path / "model.onnx", calibration=Calibration(temperature=1.0))
    assert verify_file(tmp_path / "model.onnx", run, all_plugins).divergence.layer == "answers"


def test_fewer_bits_and_resizing_inside_are_judged_by_their_own_rule(exported, moved, all_plugins, finished, tmp_path):
    run, report = exported
    change(moved, weight=0.001, origin=Origin(variant="int8"))
    card = verify_file(moved, run, all_plugins)
    assert (card.variant, card.rule) == ("int8", ParityRule(largest=None, most_lost=0.01))

    # What it was allowed when it was exported counts, wherever it lies now.
    known = shutil.copy(moved, tmp_path / "known.onnx")
    allowed = ParityRule(largest=None, most_lost=0.03)
    remember(run, Exported(onnx=known, card=card.model_copy(update={"rule": allowed}), options=report.options))
    assert verify_file(moved, run, all_plugins).rule == allowed

    pictures = finished("augmentation")
    write_onnx(ExportSource.open(pictures, all_plugins), ExportOptions(), tmp_path / "inside.onnx")
    change(tmp_path / "inside.onnx", resize=Resize((8, 8), "crop", "bilinear", inside=True))
    assert verify_file(tmp_path / "inside.onnx", pictures, all_plugins).rule.largest == 1e-2


def test_numbers_and_classes_are_told_apart(exported, moved, all_plugins, train, tmp_path):
    rows = [f"{place / 7:.3f},{place * 1.5 + 0.25}" for place in range(60)]
    (tmp_path / "prices.csv").write_text("\n".join(["size,price", *rows]))
    content = {
        "data": {"source": "table", "path": str(tmp_path / "prices.csv"), "target": "price"},
        "model": {"layers": [4]},
        "training": {"epochs": 1, "threads": 1},
    }
    run = train(Experiment.from_dict(content), tmp_path).run
    report = export_run(run, None, all_plugins)

    card = verify_file(report.onnx, run, all_plugins)

    assert card.passed
    assert card.labels == ()
    with pytest.raises(ModelError, match=r"answers with the classes 0, .* was trained on numbers"):
        verify_file(moved, run, all_plugins)
    with pytest.raises(ModelError, match="answers with numbers"):
        verify_file(report.onnx, exported[0], all_plugins)
