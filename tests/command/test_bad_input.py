"""Every bad input gets one clear sentence and a status, and never a traceback."""

from pathlib import Path

import pytest
from PIL import Image

TRAIN = ("train", "--json")


def pictures(folder: Path, names: tuple[str, ...] = ("cat", "dog"), count: int = 4) -> Path:
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for place in range(count):
            Image.new("RGB", (16, 16), (60 * number, 10 * place, 90)).save(folder / name / f"{place}.jpg")
    return folder


def no_such_folder(folder: Path) -> dict[str, object]:
    return {"source": "image_folder", "path": "nowhere"}


def no_sub_folders(folder: Path) -> dict[str, object]:
    (folder / "flat").mkdir()
    Image.new("RGB", (16, 16)).save(folder / "flat" / "one.jpg")
    return {"source": "image_folder", "path": "flat"}


def text_named_jpg(folder: Path) -> dict[str, object]:
    (pictures(folder / "photos") / "cat" / "letter.jpg").write_text("Dear Sir or Madam")
    return {"source": "image_folder", "path": "photos"}


def truncated_picture(folder: Path) -> dict[str, object]:
    victim = pictures(folder / "photos") / "dog" / "0.jpg"
    victim.write_bytes(victim.read_bytes()[:400])
    return {"source": "image_folder", "path": "photos"}


def one_class(folder: Path) -> dict[str, object]:
    pictures(folder / "photos", names=("cat",))
    return {"source": "image_folder", "path": "photos"}


def empty_table(folder: Path) -> dict[str, object]:
    (folder / "table.csv").write_text("")
    return {"source": "table", "path": "table.csv", "target": "kind"}


def headings_only(folder: Path) -> dict[str, object]:
    (folder / "table.csv").write_text("a,b,kind\n")
    return {"source": "table", "path": "table.csv", "target": "kind"}


def missing_target(folder: Path) -> dict[str, object]:
    (folder / "table.csv").write_text("a,b,kind\n1,2,x\n2,3,y\n")
    return {"source": "table", "path": "table.csv", "target": "kin"}


def one_class_in_a_table(folder: Path) -> dict[str, object]:
    (folder / "table.csv").write_text("a,b,kind\n1,2,x\n2,3,x\n")
    return {"source": "table", "path": "table.csv", "target": "kind"}


def no_table(folder: Path) -> dict[str, object]:
    return {"source": "table", "path": "nowhere.csv", "target": "kind"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (no_such_folder, ["nowhere", "does not exist"]),
        (no_sub_folders, ["flat", "has no sub-folders"]),
        (text_named_jpg, ["letter.jpg", 'data.unreadable = "skip"']),
        (truncated_picture, ["0.jpg", 'data.unreadable = "skip"']),
        (one_class, ["photos", '"cat"', "two classes"]),
        (empty_table, ["table.csv", "empty"]),
        (headings_only, ["table.csv", "no rows"]),
        (missing_target, ['no column "kin"', 'Did you mean "kind"?']),
        (one_class_in_a_table, ['"kind"', '"x"', "two different values"]),
        (no_table, ["nowhere.csv"]),
    ],
)
def test_bad_data_is_said_in_one_sentence(make, words, downslope, write_experiment, tmp_path):
    path = write_experiment(data=make(tmp_path), model={})

    said = downslope(*TRAIN, path, "--out", tmp_path / "runs")

    assert said.status in (1, 2)
    assert [word for word in words if word not in said.err] == [], said.err
    assert "Traceback" not in said.err
    assert len(said.sentence) < 400
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("training.optimizer=adm", ['training.optimizer: there is no optimizer "adm"', 'Did you mean "adam"?']),
        ("training.schedule=cosin", ['training.schedule: there is no schedule "cosin"', '"cosine"']),
        ("model.activation=rellu", ['model.activation: there is no activation "rellu"', '"relu"']),
        ("model.initializer=hee", ['model.initializer: there is no initializer "hee"', '"he"']),
        ("model.kind=mpl", ['model.kind: there is no network "mpl"', '"mlp"']),
        ("data.source=digit", ['data.source: there is no data source "digit"', '"digits"']),
        ("training.optimizer.lr=-1", ["training.optimizer.lr: must be above 0, got -1"]),
        ("training.optimizer.lr=0", ["training.optimizer.lr: must be above 0, got 0"]),
        ("training.optimizer.lr=nan", ["training.optimizer.lr", "finite"]),
        ("training.optimizer.lr=inf", ["training.optimizer.lr", "finite"]),
        ("training.optimizer.lr=fast", ["training.optimizer.lr", "must be a number", "'fast'"]),
        (
            "training.optimizer={ name = 'nag', momentum = 0.0 }",
            ["training.optimizer: ", "momentum must be above 0, got 0"],
        ),
        ("training.optimizer.learning=0.1", ["training.optimizer.learning", "no such hyper-parameter", "lr"]),
        ("training.epohcs=3", ["training.epohcs: [training] has no such key", 'Did you mean "epochs"?']),
        ("trainig.epochs=3", ["trainig", "no such key", 'Did you mean "training"?']),
        ("training.epochs=0", ["training.epochs", "at least 1", "0"]),
        ("training.epochs=1.5", ["training.epochs", "1.5"]),
        ("training.epochs=many", ["training.epochs", "'many'"]),
        ("training.epochs=", ["training.epochs"]),
        ("training.batch_size=0", ["training.batch_size", "at least 1"]),
        ("training.batch_size=-8", ["training.batch_size", "at least 1"]),
        ("training.batch_size=1", ["training.batch_size", "batch_norm"]),
        ("training.device=gpu", ["training.device", "auto, cpu, cuda", "'gpu'"]),
        ("training.device=cuda:99", ["training.device", "cuda:99", "here"]),
        ("training.clip_gradient=nan", ["training.clip_gradient", "finite"]),
        ("training=3", ["training", "3"]),
        ("training.optimizer=3", ["training.optimizer", "a name", "3"]),
        ("training.optimizer=[1]", ["training.optimizer", "a name", "[1]"]),
        ("data.validation=1.5", ["data.validation", "below 1"]),
        ("data.validation=-0.1", ["data.validation", "at least 0"]),
        ("data.validation=nan", ["data.validation", "finite"]),
        ("data.test=0.9", ["data", "validation and test together"]),
        ("data.augment=lite", ["data.augment", "'lite'", "light"]),
        ("model.layers=[16, 0]", ["model.layers", "at least 1"]),
        ("model.layers=16", ["model.layers", "16"]),
        ("model.dropout=1.0", ["model.dropout", "below 1"]),
        ("model.backbone=resnet18", ["model.backbone", '"mlp" has no backbone']),
        ("model.output=sigmoid", ["model.output", "two classes", "10"]),
        ("fine_tuning.epochs=2", ["fine_tuning", '"mlp" has no backbone']),
        ("epochs", ["--set: takes KEY=VALUE", '"epochs"']),
        ("=3", ["--set: takes KEY=VALUE"]),
        ("training..epochs=3", ["--set: takes KEY=VALUE"]),
        ("name.inner=3", ["name"]),
        ("training.epochs.inner=3", ["training.epochs"]),
    ],
)
def test_a_bad_setting_is_said_in_one_sentence_with_status_2(setting, words, downslope, write_experiment, tmp_path):
    said = downslope(*TRAIN, write_experiment(), "--out", tmp_path / "runs", "--set", setting)

    assert said.status == 2, said.err
    assert [word for word in words if word not in said.err] == [], said.err
    assert "Traceback" not in said.err
    assert len(said.sentence) < 500
    assert said.out == ""
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("training = [", ["is not valid TOML"]),
        ("", ["data.source: must be given"]),
        ("[data]\n", ["data.source: must be given"]),
        ("[data]\nsource = 'table'\npath = 'x.csv'\n", ["data.target: must name"]),
        ("[data]\nsource = 'digits'\n[training]\noptimizer = { lr = 0.1 }\n", ["training.optimizer"]),
        ("[data]\nsource = 'digits'\n[extra]\nkey = 1\n", ["extra: an experiment has no such key"]),
        (b"\xff\xfe\x00name", ["cannot be read"]),
    ],
)
def test_a_bad_experiment_file_is_said_in_one_sentence_with_status_2(content, words, downslope, tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    said = downslope("train", path, "--out", tmp_path / "runs")

    assert said.status == 2
    assert [word for word in words if word not in said.sentence] == [], said.err


def test_a_missing_experiment_and_a_folder_in_its_place_are_said(downslope, tmp_path):
    missing = downslope("train", tmp_path / "none.toml")
    folder = downslope("scan", tmp_path)

    assert (missing.status, folder.status) == (2, 2)
    assert "none.toml cannot be read: No such file" in missing.sentence
    assert f"{tmp_path} cannot be read: Is a directory" in folder.sentence


def test_an_output_folder_that_cannot_be_made_is_said(downslope, write_experiment, tmp_path):
    (tmp_path / "file").write_text("")

    said = downslope("train", write_experiment(), "--out", tmp_path / "file" / "runs")

    assert said.status == 1
    assert "No run can be written to" in said.err.splitlines()[-1]
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["resume", "evaluate", "export"])
def test_what_is_no_run_is_said(command, downslope, tmp_path):
    missing = downslope(command, tmp_path / "none-1")
    empty = downslope(command, tmp_path)

    assert (missing.status, empty.status) == (1, 1)
    assert "There is no run folder" in missing.sentence
    assert "is not a run" in empty.sentence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train"], ["FILE.toml", "--help"]),
        (["train", "a.toml", "--speed", "9"], ["--speed"]),
        (["resume", "run-1", "--epochs", "0"], ["--epochs", "at least 1"]),
        (["resume", "run-1", "--epochs", "two"], ["--epochs", "two"]),
        (["predict", "model.onnx"], ["PATH"]),
        (["plugins"], ["ACTION"]),
        (["--nonsense"], ["--help"]),
        (["trian", "a.toml"], ["--help"]),
    ],
)
def test_unusable_arguments_have_status_2_and_name_the_help(arguments, words, downslope):
    said = downslope(*arguments)

    assert said.status == 2
    assert [word for word in words if word not in said.sentence] == [], said.err


def test_predicting_without_a_model_is_said(downslope, tmp_path):
    (tmp_path / "text.onnx").write_text("not a model")

    missing = downslope("predict", tmp_path / "none.onnx", tmp_path)
    broken = downslope("predict", tmp_path / "text.onnx", tmp_path)

    assert (missing.status, broken.status) == (1, 1)
    assert "none.onnx" in missing.sentence
    assert "text.onnx" in broken.sentence


def test_a_fault_of_a_plugin_is_one_sentence_and_a_traceback_only_with_debug(
    downslope, write_experiment, home, tmp_path
):
    (home / "plugins").mkdir()
    (home / "plugins" / "faulty.py").write_text(
        "import torch\n"
        "from desktop_app.api import Optimizer, hookimpl\n\n\n"
        "class Faulty(torch.optim.SGD):\n"
        "    def step(self, closure=None):\n"
        "        raise KeyError('momentum')\n\n\n"
        "@hookimpl\n"
        "def register_optimizers():\n"
        "    return Optimizer('faulty', Faulty)\n"
    )
    path = write_experiment(training={"epochs": 1, "optimizer": "faulty"})

    said = downslope("train", path, "--out", tmp_path / "runs")
    in_detail = downslope("train", path, "--out", tmp_path / "runs", "--debug")

    assert (said.status, in_detail.status) == (1, 1)
    assert "fault of the program or of a plugin: KeyError: 'momentum'" in said.err
    assert "Traceback" not in said.err
    assert "faulty.py" in in_detail.err
    assert "Traceback" in in_detail.err
