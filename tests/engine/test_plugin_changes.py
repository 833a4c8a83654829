"""A run knows which plugins it was trained with, and whether they are still what they were."""

import json
from pathlib import Path

import pytest

from desktop_app.engine.plugin_changes import IN_A_NETWORK, changed_plugins
from desktop_app.engine.run import Run
from desktop_app.registry import load_plugins

SQUARE = """
import torch
from torch import nn

from desktop_app.api import Activation, hookimpl


class Square(nn.Module):
    def forward(self, x):
        return {formula}


@hookimpl
def register_activations():
    return Activation("square", Square)
"""


@pytest.fixture
def with_square(train, experiment_of, tmp_path):
    """Return a run that uses an activation of the person's own, and the folder of its plugin."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "square.py").write_text(SQUARE.format(formula="x * torch.relu(x)"))
    lion = (Path(__file__).parents[1] / "helpers" / "plugins" / "lion.py").read_text()
    (folder / "tiger.py").write_text(lion.replace('"lion"', '"tiger"'))
    registry = load_plugins(user_folder=folder)
    experiment = experiment_of("mlp", model__activation="square", training__optimizer="tiger", training__epochs=1)
    return train(experiment, tmp_path, registry=registry).run, folder


def test_nothing_is_said_of_a_run_whose_plugins_are_as_they_were(with_square):
    run, folder = with_square

    assert changed_plugins(run, load_plugins(user_folder=folder)) == ()


def test_a_plugin_that_was_edited_or_is_gone_is_named(with_square):
    run, folder = with_square
    (folder / "square.py").write_text(SQUARE.format(formula="x * torch.tanh(x)"))
    (folder / "tiger.py").unlink()

    registry = load_plugins(user_folder=folder)

    gone, edited = sorted(changed_plugins(run, registry), key=lambda sentence: "square" in sentence)
    assert edited.startswith('The activation "square" has changed since the run was trained')
    assert gone == 'The optimizer "tiger", which the run was trained with, is not there any more.'
    assert changed_plugins(run, registry, IN_A_NETWORK) == (edited,)


def test_a_run_that_does_not_say_what_it_used_has_nothing_to_compare(with_square):
    run, folder = with_square
    run.files.environment.write_text(json.dumps({"python": "3.11"}))
    assert changed_plugins(Run.open(run.folder), load_plugins(user_folder=folder)) == ()

    run.files.environment.unlink()
    assert changed_plugins(Run.open(run.folder), load_plugins(user_folder=folder)) == ()
