"""From a run to an ONNX file: the same answers, the whole metadata, and no file where the answers differ."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from desktop_app.engine.evaluation.evaluating import evaluate_run
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export import exporting as exporting_module
from desktop_app.engine.export import exports_of
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.proof.parity import compare
from desktop_app.engine.run import Run
from desktop_app.errors import DataError, ExportError


def flowers(folder: Path, name: str = "flowers.csv", rows: int = 120) -> Path:
    generator = np.random.default_rng(0)
    lines = ["length,colour,width,kind"]
    for place in range(rows):
        kind = place % 3
        length, width = generator.normal(kind, 0.4), generator.normal(-kind, 0.4)
        colour = ("red", "blue", "white")[(kind + (place % 7 == 0)) % 3]
        shown = "" if place % 11 == 0 else f"{length:.3f}"
        lines.append(f"{shown},{'' if place % 13 == 0 else colour},{width:.3f},{'abc'[kind]}")
    (folder / name).write_text("\n".join(lines))
    return folder / name


@pytest.fixture(scope="session")
def exported(train, experiment_of, all_plugins, tmp_path_factory):
    """Return runs with their exports, made when first asked for."""
    found = {}

    def experiment(kind, folder):
        if kind == "table":
            return Experiment.from_dict(
                {
                    "data": {"source": "table", "path": str(flowers(folder)), "target": "kind"},
                    "model": {"layers": [8]},
                    "training": {"epochs": 5, "threads": 1},
                }
            )
        if kind == "pictures":
            return experiment_of("augmentation", data__augment="none", training__epochs=1)
        return experiment_of(kind, training__epochs=1)

    def get(kind):
        if kind not in found:
            folder = tmp_path_factory.mktemp(kind)
            run = train(experiment(kind, folder), folder).run
            found[kind] = (run, export_run(run, None, all_plugins))
        return found[kind]

    return get


@pytest.mark.parametrize("kind", ["table", "mlp", "pictures", "transfer"])
def test_an_export_gives_the_networks_answers(kind, exported, all_plugins):
    run, report = exported(kind)

    parity = report.parity
    assert report.onnx == run.files.onnx
    assert parity.passed
    assert parity.samples == len(run.files.read_json(run.files.split)["validation"])
    assert 0.0 <= parity.max_abs_diff <= 1e-4
    assert parity.accuracy_torch == pytest.approx(run.result["best"]["val_accuracy"])
    assert parity.accuracy_onnx == pytest.approx(parity.accuracy_torch, abs=0.02)
    assert exports_of(run)[-1] == report


@pytest.mark.parametrize("kind", ["table", "mlp", "pictures", "transfer"])
def test_an_exported_file_is_what_the_contract_says(kind, exported):
    run, report = exported(kind)
    model = onnx.load(report.onnx)
    session = onnxruntime.InferenceSession(str(report.onnx), providers=["CPUExecutionProvider"])
    given, answered = session.get_inputs()[0], session.get_outputs()[0]
    metadata = session.get_modelmeta().custom_metadata_map

    assert [opset.version >= 18 for opset in model.opset_import if opset.domain == ""] == [True]
    assert (answered.name, answered.type, answered.shape) == (
        "probabilities",
        "tensor(float)",
        ["batch", len(run.classes)],
    )
    assert json.loads(metadata["downslope.labels"]) == list(run.classes)
    assert metadata["downslope.task"] == "classification"
    if kind in ("table", "mlp"):
        columns = len(run.task.input.names)
        assert (given.name, given.type, given.shape) == ("features", "tensor(float)", ["batch", columns])
        assert "downslope.columns" in metadata
    else:
        side = run.task.input.height
        assert (given.name, given.type, given.shape) == ("image", "tensor(uint8)", ["batch", side, side, 3])
        assert json.loads(metadata["downslope.resize"])["size"] in (side, [side, side])
    for batch in (1, 3, 40):
        shape = [batch, *given.shape[1:]]
        raw = np.zeros(shape, dtype=np.uint8 if given.name == "image" else np.float32)
        answers = session.run(None, {given.name: raw})[0]
        assert answers.shape == (batch, len(run.classes))
        np.testing.assert_allclose(answers.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("kind", ["table", "transfer"])
def test_an_exported_file_is_one_file_and_tells_nothing_of_this_machine(kind, exported):
    run, report = exported(kind)

    content = report.onnx.read_bytes()

    telling = [str(Path.home()), str(run.folder), os.getcwd(), "site-packages", "stack_trace", "Traceback", ".py"]
    assert [text for text in telling if text.encode() in content] == []
    beside = {path.name for path in run.folder.iterdir()}
    assert [name for name in beside if "onnx" in name] == ["model.onnx"]


@pytest.mark.parametrize(
    ("kind", "model"),
    [
        ("mlp", {"activation": "mish", "normalization": "layer_norm"}),
        ("mlp", {"activation": "relu", "normalization": "batch_norm", "normalization_place": "after"}),
        ("augmentation", {"activation": "prelu", "normalization": "group_norm"}),
    ],
)
def test_combinations_of_parts_pass(kind, model, train, experiment_of, all_plugins, tmp_path):
    keys = {f"model__{key}": value for key, value in model.items()}
    run = train(experiment_of(kind, training__epochs=1, **keys), tmp_path).run

    assert export_run(run, None, all_plugins).card.passed


def test_an_export_from_other_weights_fails_and_leaves_no_file(exported, all_plugins, tmp_path, monkeypatch):
    run, _ = exported("table")

    def writing_others(source, options, path):
        with torch.no_grad():
            last = list(source.model.network.parameters())[-1]
            kept = last.clone()
            last[0] += 1.0
            write_onnx(source, options, path)
            last.copy_(kept)

    monkeypatch.setattr(exporting_module, "write_onnx", writing_others)

    with pytest.raises(
        ExportError, match=r"does not give the network's answers: on \d+ samples .* Nothing was written"
    ) as failed:
        export_run(run, tmp_path / "other.onnx", all_plugins)
    card = failed.value.card
    assert (card.model, card.passed, card.divergence.operator) == ("other.onnx", False, "Gemm")
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_fails_leaves_the_older_file_alone(exported, all_plugins, monkeypatch):
    run, report = exported("table")
    before = report.onnx.read_bytes()

    def refusing(source, options, path):
        path.write_bytes(b"half")
        raise ExportError("The network cannot be written as ONNX.")

    monkeypatch.setattr(exporting_module, "write_onnx", refusing)

    with pytest.raises(ExportError):
        export_run(run, None, all_plugins)
    assert report.onnx.read_bytes() == before
    assert [path.name for path in run.folder.iterdir() if "partial" in path.name] == []


def test_an_export_to_where_nothing_can_be_written_is_said(exported, all_plugins, tmp_path):
    run, _ = exported("table")
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError, match="could not be written to"):
        export_run(run, tmp_path / "file" / "model.onnx", all_plugins)


def test_a_place_that_cannot_be_written_to_is_said_before_the_work(exported, all_plugins, tmp_path):
    run, _ = exported("table")
    phases = []

    with pytest.raises(ExportError, match="is a folder; give the name of a file"):
        export_run(run, tmp_path, all_plugins, lambda phase, share: phases.append(phase))
    assert phases == ["Reading the run"]


def test_a_run_whose_data_is_gone_or_changed_is_not_exported(exported, all_plugins, tmp_path):
    run, _ = exported("table")
    copied = tmp_path / "run"
    shutil.copytree(run.folder, copied)
    data = flowers(tmp_path)
    text = (copied / "experiment.toml").read_text()
    (copied / "experiment.toml").write_text(text.replace(run.experiment.data.path, str(data)))
    export_run(Run.open(copied), tmp_path / "there.onnx", all_plugins)

    flowers(tmp_path, rows=60)
    with pytest.raises(DataError, match=r'"row \d+" is missing. Bring it back'):
        export_run(Run.open(copied), tmp_path / "changed.onnx", all_plugins)
    data.unlink()
    with pytest.raises(DataError, match=r"flowers\.csv"):
        export_run(Run.open(copied), tmp_path / "gone.onnx", all_plugins)
    assert {path.name for path in tmp_path.glob("*.onnx")} == {"there.onnx"}


def test_an_averaging_optimizer_is_exported_as_it_was_evaluated(train, experiment_of, all_plugins, tmp_path):
    run = train(experiment_of("mlp", training__optimizer="averaged", training__epochs=1), tmp_path).run

    report = export_run(run, None, all_plugins)

    assert report.parity.accuracy_onnx == pytest.approx(run.result["val_accuracy"])


class TestEvaluation:
    def test_of_the_validation_samples_agrees_with_the_run(self, exported, all_plugins):
        run, _ = exported("table")

        report = evaluate_run(run, all_plugins)

        assert report.accuracy == pytest.approx(run.result["best"]["val_accuracy"])
        confusion = np.array(report.confusion)
        assert confusion.sum() == report.samples == sum(each.samples for each in report.per_class)
        assert np.trace(confusion) / report.samples == pytest.approx(report.accuracy)
        for place, figures in enumerate(report.per_class):
            assert figures.recall == pytest.approx(confusion[place, place] / max(confusion[place].sum(), 1))
            assert figures.precision == pytest.approx(confusion[place, place] / max(confusion[:, place].sum(), 1))

    def test_of_other_data_with_fewer_classes_and_words_counts_each_at_its_place(self, exported, all_plugins, tmp_path):
        run, _ = exported("table")
        path = tmp_path / "other.csv"
        path.write_text(
            "width,extra,colour,length,kind\n-2,9,white,2,c\n-2.1,9,green,2.2,c\n-1,8,,1,b\n-1.1,8,blue,,b\n"
        )

        report = evaluate_run(run, all_plugins, path)

        assert report.samples == 4
        assert [sum(row) for row in report.confusion] == [0, 2, 2]

    def test_of_data_with_an_unknown_class_is_refused(self, exported, all_plugins, tmp_path):
        run, _ = exported("table")
        path = tmp_path / "other.csv"
        path.write_text("length,colour,width,kind\n1,red,2,a\n1,red,2,z\n")

        with pytest.raises(DataError, match=r'has the class "z", which the run was not trained on\. It knows: a, b, c'):
            evaluate_run(run, all_plugins, path)

    def test_of_a_table_with_texts_for_numbers_is_refused(self, exported, all_plugins, tmp_path):
        run, _ = exported("table")
        path = tmp_path / "other.csv"
        path.write_text("length,colour,width,kind\nlong,red,2,a\nshort,1,2,b\n")

        with pytest.raises(DataError, match='holds texts in the column "length"'):
            evaluate_run(run, all_plugins, path)

    def test_of_a_table_whose_categories_look_like_numbers_takes_them_for_unknown_words(
        self, exported, all_plugins, tmp_path
    ):
        run, _ = exported("table")
        path = tmp_path / "other.csv"
        path.write_text("length,colour,width,kind\n1,7,2,a\n2,8,-2,c\n")

        assert evaluate_run(run, all_plugins, path).samples == 2


class TestParity:
    def test_passes_where_answers_agree(self):
        ours = np.array([[0.9, 0.1], [0.2, 0.8]], dtype=np.float32)

        found = compare(ours, ours + np.float32(5e-5) * np.array([[1, -1]], dtype=np.float32), np.array([0, 0]))

        assert found.passed
        assert (found.top1_agreement, found.accuracy_torch, found.accuracy_onnx) == (1.0, 0.5, 0.5)
        assert found.max_abs_diff == pytest.approx(5e-5, rel=0.01)

    def test_fails_beyond_the_tolerance_and_where_a_value_is_no_number(self):
        ours = np.array([[0.9, 0.1]], dtype=np.float32)

        assert not compare(ours, ours + np.float32(2e-4), np.array([0])).passed
        assert not compare(ours, np.array([[np.nan, 0.1]], dtype=np.float32), np.array([0])).passed

    def test_another_label_passes_only_where_torch_itself_was_undecided(self):
        undecided = np.array([[0.50002, 0.49998]], dtype=np.float32)
        other = undecided[:, ::-1]

        found = compare(undecided, other, np.array([0]))

        assert (found.passed, found.top1_agreement) == (True, 0.0)

    def test_a_regression_is_compared_in_standard_deviations(self):
        ours = np.array([[1000.0], [2000.0]], dtype=np.float32)

        assert compare(ours, ours + np.float32(0.01), None, scale=500.0).passed
        assert not compare(ours, ours + np.float32(0.01), None, scale=1.0).passed
