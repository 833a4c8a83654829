"""All variants of a run: written, compared, measured, refused where they lose too much, and one recommended."""

import hashlib
import json
import shutil

import numpy as np
import onnx
import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export import exporting as exporting_module
from desktop_app.engine.export import exports_of
from desktop_app.engine.export.exporting import export_run, export_source
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity import compare
from desktop_app.engine.export.proof.parity_card import ParityRule
from desktop_app.engine.export.remembered_calibration import remembered_calibration
from desktop_app.engine.export.smaller import variants as variants_module
from desktop_app.engine.export.smaller.training_draw import TrainingDraw
from desktop_app.engine.export.smaller.variants import export_variant, export_variants
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.errors import ExportError
from desktop_app.inference.onnx_session import OnnxModel


@pytest.fixture(autouse=True, scope="module")
def brief_latencies():
    """Measure for no longer than it takes to measure at all."""
    with pytest.MonkeyPatch.context() as patch:
        measure = variants_module.measure_latencies
        patch.setattr(
            variants_module, "measure_latencies", lambda *given, **named: measure(*given, **named, seconds=0.01)
        )
        one = variants_module.measure_latency
        patch.setattr(variants_module, "measure_latency", lambda *given, **named: one(*given, **named, seconds=0.01))
        yield


@pytest.fixture(autouse=True, scope="module")
def one_float32_file(tmp_path_factory):
    """Write the float32 file of a run and options once: torch's exporter takes most of the time otherwise."""
    folder = tmp_path_factory.mktemp("written")
    written = {}
    write = exporting_module.write_onnx

    def write_or_copy(source, options, path):
        key = (source.run.folder, options)
        if key not in written:
            written[key] = folder / f"{len(written)}.onnx"
            write(source, options, written[key])
        shutil.copy(written[key], path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting_module, "write_onnx", write_or_copy)
        yield


@pytest.fixture(scope="module")
def cnn_run(train, experiment_of, tmp_path_factory):
    experiment = experiment_of("augmentation", data__augment="none", training__epochs=4)
    return train(experiment, tmp_path_factory.mktemp("cnn")).run


@pytest.fixture(scope="module")
def numbers_run(train, tmp_path_factory):
    """Return a regression on a table with a gap and a category."""
    folder = tmp_path_factory.mktemp("numbers")
    drawn = np.random.default_rng(0)
    lines = ["p,q,kind,price"]
    for place in range(160):
        p, q = drawn.normal(size=2)
        kind = "ab"[place % 2]
        lines.append(f"{'' if place % 17 == 0 else f'{p:.4f}'},{1000 * q:.2f},{kind},{5 * p + q * (kind == 'a'):.4f}")
    (folder / "prices.csv").write_text("\n".join(lines))
    content = {
        "data": {"source": "table", "path": str(folder / "prices.csv"), "target": "price", "task": "regression"},
        "model": {"layers": [32, 32]},
        "training": {"epochs": 15, "threads": 1},
    }
    return train(Experiment.from_dict(content), folder).run


@pytest.fixture(scope="module")
def reported(cnn_run, all_plugins):
    """Return the report on a run's variants and the phases that led to it."""
    phases = []
    report = export_variants(cnn_run, None, all_plugins, lambda phase, share: phases.append((phase, share)))
    return report, phases


def test_all_variants_are_written_with_cards_sizes_and_latencies(cnn_run, reported):
    report, _ = reported

    names = {"float32": "model.onnx", "float16": "model-float16.onnx", "int8": "model-int8.onnx"}
    assert [each.variant for each in report.exported] == list(names)
    assert report.refused == ()
    samples = len(cnn_run.files.read_json(cnn_run.files.split)["validation"])
    for each in report.exported:
        assert each.onnx == cnn_run.folder / names[each.variant]
        assert each.card.size_bytes == each.onnx.stat().st_size
        assert each.card.model == each.onnx.name
        assert each.card.passed
        assert each.parity.samples == samples
        assert each.parity.accuracy_torch - each.parity.accuracy_onnx <= 0.01
        assert each.latency is not None
        assert each.latency.batch == 32
        props = {entry.key: entry.value for entry in onnx.load(each.onnx).metadata_props}
        if each.variant != "float32":
            assert json.loads(props["downslope.origin"])["variant"] == each.variant
    assert report.exported[1].card.rule == ParityRule(largest=None, most_lost=0.01)
    assert [each for each in exports_of(cnn_run) if each.onnx.parent == cnn_run.folder] == [*report.exported]
    assert report.recommended in report.exported
    assert [path.name for path in cnn_run.folder.iterdir() if "partial" in path.name] == []


def test_the_share_done_grows_and_the_phases_say_what_is_done(reported):
    _, phases = reported
    shares = [share for _, share in phases]

    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    names = list(dict.fromkeys(phase for phase, _ in phases))
    assert [name for name in names if name.startswith("Writing")] == ["Writing ONNX", "Writing FP16", "Writing INT8"]
    assert names[-1] == "Measuring latency"


def test_variants_open_like_any_exported_file_and_take_any_batch(reported):
    report, _ = reported
    for each in report.exported:
        model = OnnxModel.open(each.onnx, "cpu")
        for count in (1, 5, 33):
            raw = np.zeros((count, *model.metadata.resize.size, 3), dtype=np.uint8)
            np.testing.assert_allclose(model.run(raw).sum(axis=1), 1.0, rtol=1e-4)


def test_a_regression_is_compared_by_the_variance_that_it_explains(numbers_run, all_plugins, tmp_path):
    report = export_variants(numbers_run, tmp_path, all_plugins)

    assert [each.variant for each in report.exported] == ["float32", "float16", "int8"]
    for each in report.exported:
        parity = each.parity
        assert parity.accuracy_onnx is None
        assert parity.explained_torch > 0.3
        assert parity.explained_torch - parity.explained_onnx <= 0.01
    assert 0 < report.exported[2].parity.mean_abs_diff < 0.1


def destroying(float32, out, draw, report=None):
    """Write a file that answers at random."""
    model = onnx.load(float32)
    drawn = np.random.default_rng(0)
    for weights in model.graph.initializer:
        values = onnx.numpy_helper.to_array(weights)
        if values.ndim > 1 and values.dtype == np.float32:
            changed = drawn.normal(size=values.shape).astype(np.float32)
            weights.CopyFrom(onnx.numpy_helper.from_array(changed, weights.name))
    onnx.save_model(model, out)
    yield "Made at random."


def test_a_variant_that_loses_too_much_is_refused_with_its_card_and_not_left_on_disk(
    cnn_run, all_plugins, tmp_path, monkeypatch
):
    monkeypatch.setattr(variants_module, "quantise", destroying)

    report = export_variants(cnn_run, tmp_path, all_plugins)

    (refused,) = report.refused
    assert refused.variant == "int8"
    assert not refused.card.passed
    assert refused.card.parity.accuracy_onnx < refused.card.parity.accuracy_torch - 0.01
    assert refused.card.remarks == ("Made at random.",)
    assert refused.reason.startswith("INT8 loses ")
    assert "at most 1 may be lost. Nothing was written." in refused.reason
    assert {path.name for path in tmp_path.iterdir()} == {"model.onnx", "model-float16.onnx"}
    assert report.recommended.variant in ("float32", "float16")


def test_the_first_attempt_that_loses_little_enough_is_taken(cnn_run, all_plugins, tmp_path, monkeypatch):
    quantise = variants_module.quantise

    def at_first_badly(float32, out, draw, report):
        yield from destroying(float32, out, draw)
        next(quantise(float32, out, draw, report))
        yield "Made with more care."
        raise AssertionError("nothing more was to be tried")

    monkeypatch.setattr(variants_module, "quantise", at_first_badly)

    exported = export_variant(cnn_run, "int8", tmp_path / "small.onnx", all_plugins)

    assert exported.card.remarks == ("Made with more care.",)
    assert exported.card.passed
    assert {path.name for path in tmp_path.iterdir()} == {"small.onnx"}


def test_one_variant_alone_is_written_where_it_was_asked_for(cnn_run, all_plugins, tmp_path):
    exported = export_variant(cnn_run, "int8", tmp_path / "deep" / "tiny.onnx", all_plugins)

    assert exported.onnx == tmp_path / "deep" / "tiny.onnx"
    assert (exported.variant, exported.card.model) == ("int8", "tiny.onnx")
    assert [path.name for path in exported.onnx.parent.iterdir()] == ["tiny.onnx"]
    assert exported.latency is not None
    assert exported in exports_of(cnn_run)


def test_one_variant_that_loses_too_much_raises_with_its_card_and_leaves_the_older_file(
    cnn_run, all_plugins, tmp_path, monkeypatch
):
    (tmp_path / "model.onnx").write_bytes(b"older")
    monkeypatch.setattr(variants_module, "quantise", destroying)

    with pytest.raises(ExportError, match=r"^INT8 loses .* points of accuracy on \d+ samples \(.*% to .*%\)") as caught:
        export_variant(cnn_run, "int8", tmp_path / "model.onnx", all_plugins)
    assert caught.value.card.variant == "int8"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("model.onnx", b"older")]


def test_more_may_be_lost_where_somebody_says_so(cnn_run, all_plugins, tmp_path, monkeypatch):
    monkeypatch.setattr(variants_module, "quantise", destroying)

    exported = export_variant(cnn_run, "int8", tmp_path / "model.onnx", all_plugins, most_lost=1.0)

    assert exported.card.rule.most_lost == 1.0
    assert exported.onnx.is_file()


@pytest.mark.parametrize("share", [-0.01, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share, cnn_run, all_plugins):
    with pytest.raises(
        ExportError, match=r"^The accuracy that may be lost is a share from 0 to 1, such as 0\.01, got "
    ):
        export_variant(cnn_run, "int8", None, all_plugins, most_lost=share)


def test_float32_as_a_variant_is_the_plain_export(cnn_run, all_plugins, tmp_path):
    exported = export_variant(cnn_run, "float32", tmp_path / "plain.onnx", all_plugins)

    assert exported.card.rule.largest == 1e-4
    assert exported.latency is not None


def test_what_is_raised_by_the_report_leaves_nothing_behind(cnn_run, all_plugins, tmp_path):
    def cancel(phase, share):
        if phase == "Writing INT8" and share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_variant(cnn_run, "int8", tmp_path / "model.onnx", all_plugins, cancel)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_export_leaves_files_with_the_cards_that_are_theirs(cnn_run, all_plugins, tmp_path):
    run = Run.open(shutil.copytree(cnn_run.folder, tmp_path / "experiment-1"))
    for old in run.folder.glob("model*.onnx"):
        old.write_bytes(b"of another export")

    def cancel(phase, share):
        if phase == "Measuring latency":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_variants(run, None, all_plugins, cancel)
    for name in ("model.onnx", "model-float16.onnx", "model-int8.onnx"):
        [known] = [each for each in exports_of(run) if each.onnx == run.folder / name]
        assert known.card.sha256 == hashlib.sha256((run.folder / name).read_bytes()).hexdigest()


def test_smaller_variants_without_calibration_forget_the_older_one_too(cnn_run, all_plugins, tmp_path):
    run = Run.open(shutil.copytree(cnn_run.folder, tmp_path / "experiment-1"))
    export_run(run, None, all_plugins)
    assert remembered_calibration(run) is not None

    export_variant(run, "float16", None, all_plugins, options=ExportOptions(calibrate=False))

    assert remembered_calibration(run) is None


def test_an_export_to_where_nothing_can_be_written_is_said(cnn_run, all_plugins, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError, match="could not be written to"):
        export_variant(cnn_run, "int8", tmp_path / "file" / "model.onnx", all_plugins)


def test_a_place_that_cannot_be_written_to_is_said_before_float32_is_made(cnn_run, all_plugins, tmp_path):
    phases = []

    with pytest.raises(ExportError, match="is a folder; give the name of a file"):
        export_variant(cnn_run, "int8", tmp_path, all_plugins, lambda phase, share: phases.append(phase))
    assert phases == []


def test_torch_answers_once_for_all_variants(cnn_run, all_plugins, tmp_path, monkeypatch):
    opened = []
    open_source = ExportSource.open

    def noting(run, registry):
        opened.append(open_source(run, registry))
        return opened[-1]

    monkeypatch.setattr(ExportSource, "open", noting)

    export_variants(cnn_run, tmp_path, all_plugins)

    assert len(opened) == 1
    assert opened[0].logits() is opened[0].logits()


def test_training_samples_are_drawn_and_no_others(cnn_run, all_plugins):
    split = cnn_run.files.read_json(cnn_run.files.split)

    draw = TrainingDraw.of(cnn_run, all_plugins)
    again = TrainingDraw.of(cnn_run, all_plugins)

    assert len(draw.measured) + len(draw.tried) == min(200, len(split["training"]))
    assert draw.measured.dtype == np.uint8
    np.testing.assert_array_equal(draw.tried, again.tried)


@pytest.mark.parametrize("options", [ExportOptions(calibrate=False), ExportOptions(any_size=True)])
def test_options_hold_for_the_variants_too(options, cnn_run, all_plugins, tmp_path):
    source = ExportSource.open(cnn_run, all_plugins)
    float32 = export_source(source, tmp_path / "float32.onnx", options=options)
    exported = export_variant(cnn_run, "int8", tmp_path / "int8.onnx", all_plugins, options=options)

    assert exported.options == options
    before, after = onnx.load(float32.onnx), onnx.load(exported.onnx)
    for ours, theirs in zip(
        (*before.graph.input, *before.graph.output), (*after.graph.input, *after.graph.output), strict=True
    ):
        assert (ours.name, ours.type) == (theirs.name, theirs.type)


class TestExplainedVariance:
    def test_is_r_squared(self):
        targets = np.array([1.0, 2.0, 3.0, 4.0])
        ours, theirs = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[1.5], [2.0], [3.0], [4.0]])

        found = compare(ours.astype(np.float32), theirs.astype(np.float32), None, targets=targets)

        assert found.explained_torch == pytest.approx(1.0)
        assert found.explained_onnx == pytest.approx(1 - 0.25 / 5.0)

    @pytest.mark.parametrize(("most_lost", "passes"), [(0.06, True), (0.04, False)])
    def test_decides_where_a_rule_says_how_much_may_be_lost(self, most_lost, passes):
        targets = np.array([1.0, 2.0, 3.0, 4.0])
        ours = targets[:, None].astype(np.float32)
        theirs = ours + np.float32([[0.5], [0], [0], [0]])

        assert compare(ours, theirs, None, 1.0, ParityRule(largest=None, most_lost=most_lost), targets).passed is passes

    def test_of_targets_that_are_all_the_same_there_is_none_and_the_difference_decides(self):
        ours = np.float32([[1.0], [1.0]])
        rule = ParityRule(largest=None, most_lost=0.01)

        near = compare(ours, ours + np.float32(0.05), None, 1.0, rule, np.array([1.0, 1.0]))
        far = compare(ours, ours + np.float32(0.2), None, 1.0, rule, np.array([1.0, 1.0]))

        assert (near.explained_torch, near.passed, far.passed) == (None, True, False)

    def test_answers_that_are_no_numbers_never_pass(self):
        rule = ParityRule(largest=None, most_lost=1.0)

        assert not compare(np.float32([[1.0]]), np.float32([[np.nan]]), None, 1.0, rule, np.array([1.0])).passed
