"""What tells two experiments apart is said in the words that people read in the forms."""

from typing import Any

import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.registry import Registry
from desktop_app.window.differences import differences_in_words


def _experiment(**sections: Any) -> Experiment:
    return Experiment.from_dict({"data": {"source": "digits"}, **sections})


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({}, {}, []),
        ({}, {"name": "another"}, []),
        (
            {"training": {"optimizer": {"name": "sgd", "lr": 0.1}}},
            {"training": {"optimizer": {"name": "sgd", "lr": 0.01}}},
            ["learning rate 0.1 to 0.01"],
        ),
        ({}, {"training": {"optimizer": {"name": "adam", "lr": 0.5}}}, ["learning rate 1e-3 to 0.5"]),
        ({"training": {"optimizer": {"name": "adam", "lr": 0.5}}}, {}, ["learning rate 0.5 to 1e-3"]),
        ({}, {"training": {"optimizer": {"name": "sgd", "lr": 0.1}}}, ["optimizer adam to sgd, lr 0.1"]),
        (
            {},
            {"training": {"epochs": 20, "batch_size": 8, "clip_gradient": 1.0}},
            ["epochs 10 to 20", "batch size 32 to 8", "gradient clipping 0 to 1"],
        ),
        ({}, {"model": {"layers": [32, 16]}}, ["layers 32, 16"]),
        ({"model": {"layers": [32, 16]}}, {}, ["layers 32, 16 to its default"]),
        ({}, {"training": {"instruments": False}}, ["instruments on to off"]),
        ({}, {"fine_tuning": {}}, ["with fine-tuning"]),
        ({"fine_tuning": {}}, {}, ["without fine-tuning"]),
        ({"fine_tuning": {"epochs": 5}}, {"fine_tuning": {"epochs": 6}}, ["fine-tuning: epochs 5 to 6"]),
    ],
)
def test_a_difference_is_told_in_a_few_words(
    before: dict[str, Any], after: dict[str, Any], words: list[str], registry: Registry
) -> None:
    assert differences_in_words(_experiment(**before), _experiment(**after), registry) == words


def test_a_default_that_no_plugin_was_asked_for_is_left_out() -> None:
    changed = _experiment(training={"optimizer": {"name": "adam", "lr": 0.5}})
    assert differences_in_words(_experiment(), changed) == ["learning rate 0.5"]
    assert differences_in_words(changed, _experiment()) == ["learning rate 0.5 to its default"]
