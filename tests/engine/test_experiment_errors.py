"""What is wrong with an experiment file is one sentence in plain words that names the key."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import DownslopeError, ExperimentError

WRONG = {
    "data = 3": "data: must be a section, [data] with keys of its own, got 3.",
    "": "data.source: must be given, for instance image_folder, table or digits.",
    "[data]": "data.source: must be given, for instance image_folder, table or digits.",
    "data.source = 3": "data.source: must be a name or a table with a name, got 3.",
    "data.source = ''": "data.source.name: must not be empty, got ''.",
    "data.source = ['digits']": "data.source: must be a name or a table with a name, got ['digits'].",
    "data = { source = 'digits', path = 3 }": "data.path: must be a text, got 3.",
    "data = { source = 'digits', validation = 1.0 }": "data.validation: must be below 1, got 1.0.",
    "data = { source = 'digits', test = -0.5 }": "data.test: must be at least 0, got -0.5.",
    "data = { source = 'digits', validation = 'a lot' }": "data.validation: must be a number, got 'a lot'.",
    "data = { source = 'digits', validation = 0.5, test = 0.5 }": (
        "data: validation and test together must be less than 1, so that something is left to train on."
    ),
    "data = { source = 'digits', columns = 'a' }": "data.columns: must be a list, got 'a'.",
    "data = { source = 'digits', columns = ['a', 1] }": "data.columns: item 2 must be a text, got 1.",
    "data = { source = 'digits', image_size = 2 }": "data.image_size: must be at least 4, got 2.",
    "data = { source = 'digits', image_size = 224.0 }": "data.image_size: must be a whole number, got 224.0.",
    "data = { source = 'digits', unreadable = 'ignore' }": (
        "data.unreadable: must be one of fail or skip, got 'ignore'."
    ),
}

# Below a whole [data] section.
WRONG_ELSEWHERE = {
    "trainig = {}": "trainig: an experiment has no such key. It has: name, data, model, training, fine_tuning. "
    'Did you mean "training"?',
    "int = 3": "int: an experiment has no such key. It has: name, data, model, training, fine_tuning.",
    "training.PluginChoice = 3": "training.PluginChoice: [training] has no such key.",
    "training.'lay[ers' = 3": "training.lay[ers: [training] has no such key.",
    "training.layers = [3]": 'cache_features. Did you mean "model.layers"?',
    "batch_size = 3": 'fine_tuning. Did you mean "training.batch_size"?',
    "training.learning_rate = 0.1": 'cache_features. Did you mean "training.optimizer.lr"?',
    "fine_tuning.lr = 0.1": 'gradual. Did you mean "fine_tuning.optimizer.lr"?',
    "fine_tuning.epoch = 3": 'gradual. Did you mean "epochs"?',
    "fine_tuning = true": "fine_tuning: must be a section, [fine_tuning] with keys of its own, got True.",
    "model.layers = 3": "model.layers: must be a list, got 3.",
    "model.layers = [8, 'x']": "model.layers: item 2 must be a whole number, got 'x'.",
    "model.layers = [8, 0]": "model.layers: item 2 must be at least 1, got 0.",
    "model.kind = 3": "model.kind: must be a name or a table with a name, got 3.",
    "model.kind = { nme = 'mlp' }": "model.kind.name: must be given.",
    "model.kind = { name = 3 }": "model.kind.name: must be a text, got 3.",
    "model.freeze = 'yes'": "model.freeze: must be true or false, got 'yes'.",
    "model.normalization_place = 'befor'": "must be one of before or after, got 'befor'. Did you mean \"before\"?",
    "model.dropout = 1": "model.dropout: must be below 1, got 1.",
    "model.weights = ''": "model.weights: must not be empty, got ''.",
    "training.epochs = 0": "training.epochs: must be at least 1, got 0.",
    "training.epochs = 1.5": "training.epochs: must be a whole number, got 1.5.",
    "training.epochs = true": "training.epochs: must be a whole number, got True.",
    "training.epochs = 1000000000000": "training.epochs: must be at most 1000000, got 1000000000000.",
    "training.batch_size = -8": "training.batch_size: must be at least 1, got -8.",
    "training.clip_gradient = nan": "training.clip_gradient: must be a finite number, got nan.",
    "training.clip_gradient = -inf": "training.clip_gradient: must be a finite number, got -inf.",
    "training.optimizer = { name = 'adam', lr = inf }": "training.optimizer.lr: must be a finite number, got inf.",
    "training.optimizer = { name = 'adam', betas = [0.9, nan] }": (
        "training.optimizer.betas: must be a finite number, got nan."
    ),
    "training.device = 'gpu'": (
        "training.device: must be auto, cpu, cuda, cuda:1 (or another number) or mps, got 'gpu'. Did you mean \"cuda\"?"
    ),
    "training.device = 'GPU:0'": "got 'GPU:0'. Did you mean \"cuda\"?",
    "training.device = 'CPU'": "got 'CPU'. Did you mean \"cpu\"?",
    "training.device = 'cuda:300'": "training.device: must be auto, cpu, cuda, cuda:1 (or another number) or mps",
    "training.device = 'cuda:٣'": "training.device: must be auto, cpu, cuda, cuda:1 (or another number) or mps",
    "training.device = 3": "training.device: must be a text, got 3.",
    "training.precision = 'float8'": "must be one of auto, float32, bfloat16 or float16, got 'float8'. Did you mean",
    "name = ''": "name: must not be empty, got ''.",
}


def sentence_about(folder: Path, text: str) -> str:
    (folder / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ExperimentError) as caught:
        Experiment.load(folder / "a.toml")
    return str(caught.value)


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_the_data_is_said_whole(tmp_path: Path, text: str) -> None:
    assert sentence_about(tmp_path, text) == WRONG[text]


@pytest.mark.parametrize("text", WRONG_ELSEWHERE)
def test_what_is_wrong_elsewhere_names_the_key_and_the_nearest_name(tmp_path: Path, text: str) -> None:
    assert WRONG_ELSEWHERE[text] in sentence_about(tmp_path, f"{text}\n[data]\nsource = 'digits'\n")


def test_a_name_that_is_too_long_is_cut_in_the_sentence(tmp_path: Path) -> None:
    sentence = sentence_about(tmp_path, f"name = '{'x' * 5000}'\n[data]\nsource = 'digits'\n")

    assert sentence.startswith("name: must have at most 200 characters, got 'xxx")
    assert len(sentence) < 150


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[data", "is not valid TOML: "),
        (b"a = 1\na = 2", "is not valid TOML: "),
        (b"\xff\xfe[data]", "cannot be read: it is not a text in UTF-8."),
        (b"a = " + b"9" * 5000, "holds more than can be read: "),
        (b"a = " + b"[" * 100_000, "holds more than can be read: "),
    ],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.toml").write_bytes(content)

    with pytest.raises(ExperimentError, match=r"^The experiment .*a\.toml ") as caught:
        Experiment.load(tmp_path / "a.toml")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"The experiment .*gone\.toml cannot be read: No such file"):
        Experiment.load(tmp_path / "gone.toml")


def test_a_text_that_is_none_is_refused() -> None:
    with pytest.raises(ExperimentError, match=r"^name: must be a text of valid characters, got '\\ud800'\.$"):
        Experiment.from_dict({"name": "\ud800", "data": {"source": "digits"}})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
keys = st.sampled_from(["name", "data", "model", "training", "fine_tuning", "source", "layers", "epochs", "optimizer"])


@given(st.dictionaries(keys | st.text(max_size=5), values | st.dictionaries(keys, values, max_size=3), max_size=4))
@settings(deadline=None, max_examples=150)
def test_anything_at_all_is_an_experiment_or_one_sentence(content: dict[str, Any]) -> None:
    try:
        experiment = Experiment.from_dict(content)
    except DownslopeError as error:
        sentence = str(error)
        assert sentence[-1] in ".?"
        assert "pydantic" not in sentence.lower()
        assert "function-" not in sentence
        return
    assert experiment.data.source.name
    assert all(math.isfinite(share) for share in (experiment.data.validation, experiment.data.test))
