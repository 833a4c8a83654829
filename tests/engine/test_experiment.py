"""An experiment is plain data: TOML both ways, relative paths, single keys replaced."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import ExperimentError

SMALLEST = {"data": {"source": "digits"}}


def written(folder: Path, text: str, name: str = "stamps.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
filled = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
shares = st.floats(0.0, 0.49)
hyper = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts
choices = filled | st.builds(
    lambda name, more: {**more, "name": name},
    filled,
    st.dictionaries(filled, hyper | st.lists(hyper, max_size=2), max_size=3),
)
widths = st.lists(st.integers(1, 4096), max_size=3)


def section(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


experiments = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {"source": choices},
            optional={
                "path": texts,
                "target": texts,
                "columns": st.lists(texts, max_size=2),
                "task": st.sampled_from(["auto", "classification", "regression"]),
                "validation": shares,
                "test": shares,
                "seed": st.integers(0, 2**32 - 1),
                "image_size": st.integers(4, 4096),
                "augment": st.sampled_from(["none", "light", "strong"]),
            },
        )
    },
    optional={
        "name": filled,
        "model": section(
            kind=choices,
            layers=widths,
            initializer=choices,
            normalization_place=st.sampled_from(["before", "after"]),
            dropout=st.floats(0, 1, exclude_max=True),
            freeze=st.booleans(),
            head=widths,
            backbone=choices,
        ),
        "training": section(
            epochs=st.integers(1, 10**6),
            batch_size=st.integers(1, 10**6),
            optimizer=choices,
            device=st.sampled_from(["auto", "cpu", "cuda", "cuda:1", "mps", "xpu:0"]),
            clip_gradient=st.floats(0, 1e9),
        ),
        "fine_tuning": section(epochs=st.integers(1, 100), optimizer=choices, unfreeze_last=st.integers(1, 99)),
    },
)


@given(experiments)
@settings(deadline=None, max_examples=80)
def test_an_experiment_survives_its_own_toml(content: dict[str, Any]) -> None:
    experiment = Experiment.from_dict(content)

    again = Experiment.from_dict(tomllib.loads(experiment.to_toml()))

    assert again == experiment
    assert again.to_toml() == experiment.to_toml()


def test_a_saved_experiment_loads_as_it_was_and_leaves_nothing_beside(tmp_path: Path) -> None:
    experiment = Experiment.from_dict({"name": "Bäume", "data": {"source": "image_folder", "path": "/p"}})

    experiment.save(tmp_path / "a.toml")

    assert Experiment.load(tmp_path / "a.toml") == experiment
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def test_an_experiment_cannot_be_changed_and_tells_apart_by_its_values() -> None:
    first, second = Experiment.from_dict(SMALLEST), Experiment.from_dict(SMALLEST)
    changed = first.with_value("training.optimizer.betas", [0.9, 0.99])

    assert first == second
    assert hash(first) == hash(second)
    assert changed != first
    assert hash(changed) is not None  # a list among the hyper-parameters does not hinder
    with pytest.raises(ValueError, match="frozen"):
        first.training.epochs = 3  # type: ignore[misc]


def test_a_file_without_a_name_is_named_after_itself(tmp_path: Path) -> None:
    text = '[data]\nsource = "digits"\n'

    assert Experiment.load(written(tmp_path, text)).name == "stamps"
    assert Experiment.load(written(tmp_path, f'name = "mine"\n{text}')).name == "mine"
    assert Experiment.load(written(tmp_path, text, f"{'x' * 220}.toml")).name == "x" * 200


def test_a_byte_order_mark_of_windows_editors_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbf[data]\r\nsource = "digits"\r\n')

    assert Experiment.load(tmp_path / "a.toml").data.source.name == "digits"


def test_relative_paths_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    text = '[data]\nsource = "image_folder"\npath = "photos"\n[model]\nweights = "../net.pth"\n'
    written(tmp_path / "below", text)
    monkeypatch.chdir(tmp_path)

    experiment = Experiment.load("below/stamps.toml")

    assert Path(experiment.data.path) == tmp_path / "below" / "photos"
    assert Path(experiment.model.weights).resolve() == tmp_path / "net.pth"


@pytest.mark.parametrize("weights", ["pretrained", "random"])
def test_words_that_are_no_paths_stay(tmp_path: Path, weights: str) -> None:
    experiment = Experiment.from_dict({**SMALLEST, "model": {"weights": weights}}, tmp_path)

    assert (experiment.data.path, experiment.model.weights) == ("", weights)


def test_absolute_paths_and_those_of_the_home_folder_stay_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "me"))

    def path_of(path: str) -> Path:
        return Path(Experiment.from_dict({"data": {"source": "table", "path": path}}, tmp_path / "here").data.path)

    assert path_of(str(tmp_path / "there")) == tmp_path / "there"
    assert path_of("~/photos") == tmp_path / "me" / "photos"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("~nobody-of-that-name/x", "there is no home folder for"), ("a\0b", r"must be a path, got 'a\\x00b'")],
)
def test_a_path_that_cannot_be_one_is_refused(tmp_path: Path, path: str, sentence: str) -> None:
    with pytest.raises(ExperimentError, match=rf"^data\.path: {sentence}"):
        Experiment.from_dict({"data": {"source": "table", "path": path}}, tmp_path)


def test_one_key_is_replaced_and_the_rest_stays() -> None:
    experiment = Experiment.from_dict({**SMALLEST, "training": {"epochs": 3}})

    changed = experiment.with_value("training.batch_size", 7)

    assert (changed.training.epochs, changed.training.batch_size) == (3, 7)
    assert experiment.training.batch_size == 32


def test_a_key_below_a_plugins_name_becomes_its_hyper_parameter() -> None:
    experiment = Experiment.from_dict(SMALLEST)

    changed = experiment.with_value("training.optimizer.lr", 0.01).with_value("training.optimizer.beta1", 0.8)

    assert changed.training.optimizer.name == "adam"
    assert changed.training.optimizer.hyper == {"lr": 0.01, "beta1": 0.8}
    assert changed.with_value("training.optimizer.name", "sgd").training.optimizer.hyper == {"lr": 0.01, "beta1": 0.8}
    assert changed.with_value("training.optimizer", "sgd").training.optimizer.hyper == {}


def test_a_key_of_a_section_that_is_not_there_makes_it() -> None:
    experiment = Experiment.from_dict(SMALLEST)
    assert experiment.fine_tuning is None

    tuned = experiment.with_value("fine_tuning.epochs", 2)

    assert tuned.fine_tuning is not None
    assert (tuned.fine_tuning.epochs, tuned.fine_tuning.unfreeze_last) == (2, 3)
    assert tuned.fine_tuning.optimizer.hyper == {"lr": 1e-4}


def test_a_replaced_path_starts_at_the_folder_that_is_given(tmp_path: Path) -> None:
    experiment = Experiment.from_dict({"data": {"source": "table", "path": "a.csv"}}, tmp_path / "first")

    changed = experiment.with_value("data.path", "b.csv", tmp_path / "second")

    assert Path(changed.data.path) == tmp_path / "second" / "b.csv"
    assert experiment.with_value("data.seed", 1, tmp_path / "second").data.path == experiment.data.path


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("training.epoch", 3, "training.epoch: [training] has no such key."),
        ("epochs", 3, "epochs: an experiment has no such key."),
        ("training.epochs", "many", "training.epochs: must be a whole number, got 'many'."),
        ("training.epochs.lr", 3, "training.epochs.lr: training.epochs is 10 and has no keys below it."),
        ("model.initializer.gain", float("nan"), "model.initializer.gain: must be a finite number, got nan."),
        ("data", "digits", "data: must be a section, [data] with keys of its own, got 'digits'."),
        ("nothing.at.all", 1, "nothing: an experiment has no such key."),
    ],
)
def test_a_replaced_key_is_checked_like_any_other(key: str, value: object, sentence: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_dict(SMALLEST).with_value(key, value)

    assert str(caught.value).startswith(sentence)
