"""``export`` and ``verify`` from the command line: what they refuse, what they prove, and how they end."""

import shutil
from pathlib import Path
from zipfile import ZipFile

import onnx
import pytest
import torch

import desktop_app
from desktop_app.command.variants_table import as_json, table
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export import exporting, exports_of
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.proof.comparing import compare_file
from desktop_app.engine.export.smaller import variants
from desktop_app.engine.run import Run
from desktop_app.inference.onnx_session import OnnxModel

PARITY_KEYS = {"samples", "top1_agreement", "max_abs_diff", "accuracy_torch", "accuracy_onnx", "passed"}
CARD_KEYS = {
    "model",
    "sha256",
    "size_bytes",
    "run",
    "variant",
    "labels",
    "rule",
    "providers",
    "differing",
    "divergence",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Run:
    """Return a run of digits as a table."""
    content = {
        "name": "digits",
        "data": {"source": "digits", "validation": 0.1, "test": 0.8},
        "model": {"kind": "mlp", "layers": [8]},
        "training": {"epochs": 1, "threads": 1},
    }
    return desktop_app.train(Experiment.from_dict(content), out=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def run(trained, tmp_path) -> Run:
    """Return a copy of the run that a test may export into."""
    shutil.copytree(trained.folder, tmp_path / "digits-1")
    return Run.open(tmp_path / "digits-1")


@pytest.fixture
def other_weights(monkeypatch):
    """Let exports come from other weights than those they are compared with."""

    def writing(source, options, path):
        with torch.no_grad():
            first = next(source.model.network.parameters())
            kept = first.clone()
            first += 0.2
            write_onnx(source, options, path)
            first.copy_(kept)

    monkeypatch.setattr(exporting, "write_onnx", writing)


def test_an_export_and_its_verification_elsewhere_say_what_was_proven(downslope, run, tmp_path):
    exported = downslope("export", run.folder, "--json", "--no-calibration")
    assert exported.status == 0, exported.err
    assert exported.json["onnx"] == str(run.files.onnx)
    assert set(exported.json["parity"]) >= PARITY_KEYS
    assert set(exported.json["card"]) >= CARD_KEYS

    assert OnnxModel.open(run.files.onnx, "cpu").metadata.calibration is None

    moved = shutil.copy(run.files.onnx, tmp_path / "moved.onnx")
    verified = downslope("verify", moved, run.folder, "--json")
    in_words = downslope("verify", moved, run.folder, "--provider", "cpu")

    assert (verified.status, in_words.status) == (0, 0), verified.err
    assert verified.json["passed"] is True
    assert verified.json["parity"] == exported.json["parity"]
    assert verified.json["card"]["sha256"] == exported.json["card"]["sha256"]
    assert in_words.out.splitlines()[0] == 'Passed: moved.onnx gives the answers of the network in "digits-1".'
    assert "CPUExecutionProvider: " in in_words.out


def test_a_verification_that_fails_names_the_layer_and_ends_with_status_1(downslope, run, tmp_path):
    assert downslope("export", run.folder, "--out", tmp_path / "model.onnx").status == 0
    proto = onnx.load(tmp_path / "model.onnx")
    weight = next(each for each in proto.graph.initializer if len(each.dims) == 2)
    weight.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weight) * 1.5, weight.name))
    (tmp_path / "model.onnx").write_bytes(proto.SerializeToString())

    failed = downslope("verify", tmp_path / "model.onnx", run.folder)
    missing = downslope("verify", tmp_path / "gone.onnx", run.folder)

    assert failed.status == 1
    assert "The first layer where they part is" in failed.out
    assert (missing.status, missing.out) == (1, "")
    assert "gone.onnx" in missing.err


def test_an_export_that_does_not_give_the_answers_shows_its_card_and_leaves_the_older_file(
    downslope, run, other_weights
):
    run.files.onnx.write_bytes(b"an older file")

    failed = downslope("export", run.folder, "--json")

    assert failed.status == 1
    assert "does not give the network's answers" in failed.err
    assert "Nothing was written" in failed.err
    assert failed.json["onnx"] is None
    assert failed.json["parity"]["passed"] is False
    assert failed.json["card"]["divergence"]["operator"] == "Gemm"
    assert run.files.onnx.read_bytes() == b"an older file"
    assert [path.name for path in run.folder.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--int8", "--float16"], "not allowed with"),
        (["--variants", "--int8"], "not allowed with"),
        (["--most-lost", "2"], "--most-lost is about smaller variants"),
        (["--int8", "--most-lost", "101"], "0 to 100, got 101"),
        (["--int8", "--most-lost", "nan"], "0 to 100, got nan"),
        (["--variants", "--out", "one.onnx"], "give a folder"),
        (["--out", "best.ckpt"], 'ends in .onnx, got "best.ckpt"'),
        (["--int8", "--out", ""], 'ends in .onnx, got "."'),
        (["--layout", "chwn"], "invalid choice"),
        (["--any-size"], "--any-size is about pictures"),
        (["--float-input"], "--float-input is about pictures"),
        (["--layout", "nchw"], "--layout is about pictures"),
    ],
)
def test_options_that_exclude_one_another_are_refused_in_a_sentence(options, said, downslope, trained):
    refused = downslope("export", trained.folder, *options)

    assert refused.status == 2
    assert said in refused.sentence
    assert not trained.files.onnx.exists()


def test_logits_of_a_run_that_predicts_numbers_are_refused():
    from argparse import Namespace

    from desktop_app.command.export import misfit_of
    from desktop_app.engine.task import TableInput, Task

    task = Task(input=TableInput(names=("x",)), output="number")
    given = Namespace(any_size=False, float_input=False, layout="nhwc", logits=True)

    assert misfit_of(given, task).startswith("--logits is about classes")


def test_the_table_of_variants_has_a_row_each_and_the_reason_of_what_was_refused(downslope, run):
    from types import SimpleNamespace

    from desktop_app.engine.export import exports_of
    from desktop_app.engine.export.exported import Latency

    assert downslope("export", run.folder).status == 0
    (exported,) = exports_of(run)
    fast = Latency(provider="CPUExecutionProvider", threads=2, batch=32, single_ms=1.25, batch_ms=0.5)
    exported = exported.model_copy(update={"latency": fast})
    card = exported.card.model_copy(update={"variant": "int8"})
    refused = (
        SimpleNamespace(variant="int8", card=card, reason="It loses 3.0 points."),
        SimpleNamespace(variant="float16", card=None, reason="It cannot be converted."),
    )
    report = SimpleNamespace(exported=(exported,), refused=refused, recommended=exported, most_lost=0.01)

    lines, found = table(report), as_json(report)

    assert [line.split()[0] for line in lines[:4]] == ["variant", "float32", "int8", "float16"]
    assert lines[1].split()[-5:] == ["1.2", "ms", "0.5", "ms", "recommended"]
    assert lines[4:] == [
        "int8 was refused: It loses 3.0 points.",
        "float16 was refused: It cannot be converted.",
        f"Recommended: {exported.onnx}, the smallest that loses at most 1 point of accuracy",
    ]
    assert [row["variant"] for row in found["variants"]] == ["float32", "int8", "float16"]
    assert [Path(row["onnx"]).name if row["onnx"] else None for row in found["variants"]] == ["model.onnx", None, None]
    assert (found["recommended"], found["most_lost"]) == ("float32", 0.01)
    assert found["variants"][0]["latency"]["single_ms"] == 1.25


def test_one_smaller_variant_is_exported_and_verified_by_its_own_rule(downslope, run):
    said = downslope("export", run.folder, "--int8", "--most-lost", "5", "--json")

    assert said.status == 0, said.err
    assert Path(said.json["onnx"]).name == "model-int8.onnx"
    assert said.json["card"]["variant"] == "int8"
    assert said.json["card"]["rule"] == {"largest": None, "most_lost": 0.05}
    assert not run.files.onnx.exists()
    verified = downslope("verify", said.json["onnx"], run.folder, "--json")
    assert verified.status == 0, verified.err
    assert verified.json["card"]["rule"]["most_lost"] == 0.05


def test_all_variants_are_written_with_a_table_and_one_is_recommended(downslope, run, tmp_path):
    said = downslope("export", run.folder, "--variants", "--most-lost", "5", "--out", tmp_path / "all", "--json")

    assert said.status == 0, said.err
    rows = {row["variant"]: row for row in said.json["variants"]}
    assert set(rows) == {"float32", "float16", "int8"}
    written = {row["onnx"] for row in rows.values() if row["onnx"]}
    assert {Path(name).parent for name in written} == {tmp_path / "all"}
    assert all(Path(name).is_file() for name in written)
    assert rows["float32"]["latency"]["single_ms"] > 0
    assert said.json["onnx"] == rows[said.json["recommended"]]["onnx"]
    assert "float32" in {each.variant for each in exports_of(run)}


def test_a_smaller_variant_that_loses_more_than_it_may_is_not_written(downslope, run, monkeypatch):
    def losing(*arguments, **options):
        card = compare_file(*arguments, **options)
        if card.variant == "float32":
            return card
        worse = card.parity.model_copy(update={"accuracy_onnx": 0.0, "passed": False})
        providers = tuple(each.model_copy(update={"parity": worse}) for each in card.providers)
        return card.model_copy(update={"providers": providers})

    monkeypatch.setattr(variants, "compare_file", losing)

    said = downslope("export", run.folder, "--float16", "--json")

    assert said.status == 1
    assert said.json["onnx"] is None
    assert said.json["card"]["variant"] == "float16"
    assert list(run.folder.glob("*.onnx")) == []


def test_a_bundle_of_what_was_exported_is_written_with_its_archive(downslope, run, tmp_path):
    said = downslope("export", run.folder, "--logits", "--bundle", tmp_path / "digits for friends", "--json")

    assert said.status == 0, said.err
    folder, archive = Path(said.json["bundle"]), Path(said.json["archive"])
    assert folder == tmp_path / "digits for friends"
    assert (folder / "model.onnx").read_bytes() == run.files.onnx.read_bytes()
    assert any(name.endswith("model.onnx") for name in ZipFile(archive).namelist())
    assert onnx.load(run.files.onnx).graph.output[0].name == "logits"
    assert OnnxModel.open(run.files.onnx, "cpu").metadata.calibration is not None
