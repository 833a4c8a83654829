"""The commands from end to end: what they print for programs, and what they leave alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HELPERS = Path(__file__).parents[1] / "helpers"
TRAIN_KEYS = {
    "run", "status", "epochs", "steps", "train_loss", "val_loss", "val_accuracy", "best", "seconds",
    "samples_per_second", "device",
}  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the folder of a run, its export, and what both commands said, from processes of their own."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "experiment.toml").write_text(
        '[data]\nsource = "digits"\nvalidation = 0.2\ntest = 0.6\n[model]\nkind = "mlp"\nlayers = [16]\n'
        "[training]\nepochs = 1\nthreads = 1\n"
    )
    command = [sys.executable, "-m", "desktop_app"]
    environment = {**os.environ, "DOWNSLOPE_HOME": str(folder), "PYTHONPATH": str(HELPERS.parents[1])}
    said = subprocess.run(
        [*command, "train", "experiment.toml", "--out", "runs", "--json", "--set", "training.epochs=2"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    return folder, said


def test_a_training_says_its_result_in_one_object(trained):
    folder, said = trained

    result = json.loads(said.stdout.splitlines()[-1])

    assert said.returncode == 0, said.stderr
    assert set(result) >= TRAIN_KEYS
    assert (result["status"], result["epochs"], result["steps"]) == ("finished", 2, 24)
    assert result["run"] == str(folder / "runs" / "experiment-1")
    assert len(said.stdout.splitlines()) == 1
    assert "epoch 2/2" in said.stderr


def test_a_finished_run_prints_its_result_when_it_is_resumed(trained, downslope):
    folder, said = trained

    again = downslope("resume", folder / "runs" / "experiment-1", "--json")

    assert again.status == 0
    assert again.json == json.loads(said.stdout.splitlines()[-1])


def test_a_run_is_extended_by_epochs(trained, downslope, tmp_path):
    shutil.copytree(trained[0] / "runs" / "experiment-1", tmp_path / "experiment-1")

    longer = downslope("resume", tmp_path / "experiment-1", "--epochs", "2", "--json")

    assert longer.status == 0
    assert (longer.json["status"], longer.json["epochs"], longer.json["steps"]) == ("finished", 4, 48)


def test_runs_and_evaluation_and_scan_say_what_the_contract_lists(trained, downslope):
    folder, _ = trained

    runs = downslope("runs", "--project", folder, "--json").json["runs"]
    evaluated = downslope("evaluate", folder / "runs" / "experiment-1", "--json").json
    scanned = downslope("scan", folder / "experiment.toml", "--json").json

    assert [(run["name"], run["status"], run["epochs"]) for run in runs] == [("experiment-1", "finished", 2)]
    assert set(evaluated) >= {"accuracy", "per_class", "confusion"}
    assert evaluated["accuracy"] == runs[0]["val_accuracy"]
    assert set(scanned) >= {"rows", "classes", "problems"}
    assert scanned["rows"] == 1797


def test_an_evaluation_says_how_sure_it_is_and_counts_looks_at_the_test_samples(trained, downslope, tmp_path):
    shutil.copytree(trained[0] / "runs" / "experiment-1", tmp_path / "run")

    found = downslope("evaluate", tmp_path / "run", "--json", "--report", tmp_path / "report.html").json
    first, second = (downslope("evaluate", tmp_path / "run", "--test", "--json").json for _ in range(2))
    in_words = downslope("evaluate", tmp_path / "run", "--test")

    assert set(found) >= {"interval", "expected_calibration_error", "macro", "sentence", "folds", "remarks", "report"}
    assert found["interval"][0] < found["accuracy"] < found["interval"][1]
    assert set(found["macro"]) == {"precision", "recall", "f1", "roc_auc", "average_precision"}
    assert found["sentence"].startswith("Expect ")
    assert (found["part"], found["folds"], found["test_looks"]) == ("validation", None, 0)
    assert found["sentence"] in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert (first["part"], first["samples"], first["test_looks"], second["test_looks"]) == ("test", 1078, 1, 2)
    assert "have been evaluated 3 times" in in_words.out
    assert first["sentence"] in in_words.out


def test_an_evaluation_of_test_samples_and_of_other_data_at_once_is_unusable(trained, downslope):
    said = downslope("evaluate", trained[0] / "runs" / "experiment-1", "--test", "--data", "other")

    assert said.status == 2
    assert "--data" in said.sentence


def test_an_export_predicts_without_torch(trained, downslope, tmp_path):
    folder, _ = trained
    exported = downslope("export", folder / "runs" / "experiment-1", "--out", tmp_path / "digits.onnx", "--json")
    assert exported.status == 0, exported.err
    assert set(exported.json["parity"]) >= {
        "samples", "top1_agreement", "max_abs_diff", "accuracy_torch", "accuracy_onnx", "passed",
    }  # fmt: skip
    from sklearn.datasets import load_digits

    names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    rows = [",".join(map(str, row)) for row in load_digits().data[:5].astype(int)]
    (tmp_path / "table.csv").write_text("\n".join([",".join(names), *rows]))

    script = (
        "import sys\nfrom desktop_app.command import main\nstatus = main(sys.argv[1:])\n"
        "heavy = [name for name in ('torch', 'timm', 'PySide6', 'sklearn', 'onnx') if name in sys.modules]\n"
        "sys.stderr.write(f'heavy: {heavy}')\nsys.exit(status)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, "predict", "digits.onnx", "table.csv", "--json", "--csv", "answers.csv"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(HELPERS.parents[1])},
        capture_output=True, text=True, timeout=100,
    )  # fmt: skip

    assert said.returncode == 0, said.stderr
    assert said.stderr.endswith("heavy: []")
    answer = json.loads(said.stdout.splitlines()[-1])
    assert answer["provider"].endswith("ExecutionProvider")
    assert len(answer["predictions"]) == 5
    assert all(set(each) >= {"input", "label", "probability"} for each in answer["predictions"])
    assert {each["label"] for each in answer["predictions"]} <= set("0123456789")
    assert len((tmp_path / "answers.csv").read_text().splitlines()) == 6

    given = (tmp_path / "digits.onnx", tmp_path / "table.csv")
    sorted_into = downslope("predict", *given, "--sort-into", tmp_path / "sorted")
    assert (sorted_into.status, sorted_into.out) == (1, "")
    assert "the model takes a table; leave --sort-into out" in sorted_into.sentence


def test_one_file_in_the_plugin_folder_trains_by_its_name(downslope, write_experiment, home, tmp_path):
    (home / "plugins").mkdir()
    shutil.copy(HELPERS / "plugins" / "lion.py", home / "plugins")
    path = write_experiment(
        training={"epochs": 2, "threads": 1, "optimizer": {"name": "lion", "lr": 0.001, "beta": 0.95}}
    )

    said = downslope("train", path, "--out", tmp_path, "--json")
    listed = downslope("plugins", "list", "--json").json["plugins"]

    assert said.status == 0, said.err
    environment = json.loads((Path(said.json["run"]) / "environment.json").read_text())
    used = [plugin for plugin in environment["plugins"] if plugin["name"] == "lion"]
    assert [(plugin["kind"], plugin["source"], len(plugin["sha256"])) for plugin in used] == [("optimizer", "user", 64)]
    mine = [row for row in listed if row["name"] == "lion"]
    assert [(row["kind"], row["source"], row["status"]) for row in mine] == [
        ("optimizer", "user", "ok"),
        ("optimizer", "built-in", "replaced"),
    ]


def test_a_plugin_that_fails_is_listed_with_its_reason_and_everything_else_goes_on(downslope, home):
    (home / "plugins").mkdir()
    (home / "plugins" / "broken.py").write_text("import nothing_of_the_kind\n")

    said = downslope("plugins", "list", "--json")

    rows = {row["name"]: row for row in said.json["plugins"]}
    assert said.status == 0
    assert rows["broken"]["status"] == "failed"
    assert "nothing_of_the_kind" in rows["broken"]["error"]
    assert rows["adam"]["status"] == "ok"


def test_a_scan_lists_what_is_wrong_and_succeeds(downslope, write_experiment, tmp_path):
    for place, name in enumerate(("cat", "dog")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            Image.new("RGB", (16, 16), (90 * place, 40 * number, 0)).save(tmp_path / "photos" / name / f"{number}.png")
    (tmp_path / "photos" / "cat" / "letter.jpg").write_text("Dear Sir or Madam")

    said = downslope("scan", write_experiment(data={"source": "image_folder", "path": "photos"}, model={}), "--json")

    assert said.status == 0
    assert said.json["images"] == 7
    assert [Path(problem["path"]).name for problem in said.json["problems"]] == ["letter.jpg"]
    # Six pictures of one colour each, and two small classes: the worst comes first, and each says what to do.
    assert [finding["code"] for finding in said.json["findings"]] == ["unreadable", "blank", "tiny_class"]
    assert said.json["findings"][0]["names"] == ["cat/letter.jpg"]
    assert "To be dealt with first" in said.err
    assert "cat/letter.jpg: is not a picture" in said.err


def test_unreadable_pictures_can_be_skipped(downslope, write_experiment, tmp_path):
    generator = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(6):
            noise = generator.integers(0, 256, (12, 12, 3), dtype=np.uint8)
            Image.fromarray(noise).save(tmp_path / "photos" / name / f"{number}.png")
    (tmp_path / "photos" / "cat" / "letter.jpg").write_text("Dear Sir or Madam")
    path = write_experiment(
        data={"source": "image_folder", "path": "photos", "unreadable": "skip"}, model={"kind": "cnn", "layers": [2]}
    )

    said = downslope("train", path, "--out", tmp_path / "runs", "--json")

    assert said.status == 0, said.err
    split = json.loads((Path(said.json["run"]) / "split.json").read_text())
    assert sum(map(len, split.values())) == 12


def test_help_and_version_need_no_torch():
    said = subprocess.run(
        [sys.executable, "-c", "import sys\nfrom desktop_app.command import main\n"
         "try:\n    main(['train', '--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
         "assert 'torch' not in sys.modules"],
        env={**os.environ, "PYTHONPATH": str(HELPERS.parents[1])}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert said.returncode == 0, said.stderr
    assert "--set" in said.stdout
