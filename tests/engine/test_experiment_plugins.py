"""Names and hyper-parameters of plugins are checked before anything heavy starts."""

import warnings
from typing import Any

import pytest
import torch

from desktop_app.api import OutOfRangeWarning
from desktop_app.engine.experiment import Experiment
from desktop_app.errors import ExperimentError
from desktop_app.registry import Registry


def experiment(**sections: Any) -> Experiment:
    return Experiment.from_dict({"data": {"source": "digits"}, **sections})


WRONG: dict[str, dict[str, Any]] = {
    'data.source: there is no data source "digit". Installed: ': {"data": {"source": "digit"}},
    'Did you mean "digits"?': {"data": {"source": "digit"}},
    'model.kind: there is no network "mpl". Installed: ': {"model": {"kind": "mpl"}},
    'model.activation: there is no activation "rellu". ': {"model": {"activation": "rellu"}},
    'model.backbone: there is no backbone "efficentnet': {"model": {"backbone": "efficentnet_lite0"}},
    'training.optimizer: there is no optimizer "adamm". ': {"training": {"optimizer": "adamm"}},
    'fine_tuning.optimizer: there is no optimizer "adamm". ': {"fine_tuning": {"optimizer": "adamm"}},
    'training.schedule: there is no schedule "cosin". ': {"training": {"schedule": "cosin"}},
    'training.optimizer.lrr: optimizer "adam" has no such hyper-parameter. It has: lr,': {
        "training": {"optimizer": {"name": "adam", "lrr": 1}}
    },
    'model.activation.slope: activation "relu" has no such hyper-parameter. It has none.': {
        "model": {"activation": {"name": "relu", "slope": 1}}
    },
    # Names that a settings object has for itself are nothing special in a file.
    'training.optimizer.hyper: optimizer "adam" has no such hyper-parameter.': {
        "training": {"optimizer": {"name": "adam", "hyper": 1}}
    },
    'training.optimizer.model_extra: optimizer "adam" has no such hyper-parameter.': {
        "training": {"optimizer": {"name": "adam", "model_extra": 1}}
    },
    "training.optimizer.lr: must be a number, got 'fast'.": {"training": {"optimizer": {"name": "adam", "lr": "fast"}}},
    "training.optimizer.lr: must be a number, got [1].": {"training": {"optimizer": {"name": "adam", "lr": [1]}}},
    "training.optimizer.lr: must be a number, got {'a': []}.": {
        "training": {"optimizer": {"name": "adam", "lr": {"a": []}}}
    },
    "training.optimizer.lr: must be above 0, got 0.": {"training": {"optimizer": {"name": "adam", "lr": 0}}},
    "training.optimizer.lr: must be above 0, got -0.5.": {"training": {"optimizer": {"name": "sgd", "lr": -0.5}}},
    "fine_tuning.optimizer.lr: must be above 0, got -1.": {"fine_tuning": {"optimizer": {"name": "adam", "lr": -1}}},
    "model.initializer.distribution: must be one of normal, uniform, truncated, got 'unifrom'. "
    'Did you mean "uniform"?': {"model": {"initializer": {"name": "he", "distribution": "unifrom"}}},
    "data.target: must name the table's column to predict.": {"data": {"source": "table", "path": "a.csv"}},
    'model.head: the network "mlp" has no head; leave it out.': {"model": {"kind": "mlp", "head": [3]}},
    'model.backbone: the network "cnn" has no backbone; leave it out.': {
        "model": {"kind": "cnn", "backbone": "efficientnet_lite0"}
    },
    'fine_tuning: the network "mlp" has no backbone to fine-tune; leave the section out.': {
        "model": {"kind": "mlp"},
        "fine_tuning": {},
    },
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_the_registry_cannot_serve_is_named(sentence: str, registry: Registry) -> None:
    with pytest.raises(ExperimentError) as caught:
        experiment(**WRONG[sentence]).check(registry)

    assert sentence in str(caught.value)
    assert not str(caught.value).endswith("?.")


def test_a_sound_experiment_passes_without_a_warning(registry: Registry) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        experiment(
            model={"kind": "mlp", "layers": [8], "normalization": "none", "initializer": "xavier"},
            training={"optimizer": {"name": "adam", "lr": 0.01}, "schedule": "cosine"},
        ).check(registry)


def test_what_only_the_factory_can_know_is_refused_under_its_key(registry: Registry) -> None:
    wrong = experiment(training={"optimizer": {"name": "adam", "beta1": 1.5}})

    with pytest.warns(OutOfRangeWarning), pytest.raises(ExperimentError, match=r"^training\.optimizer: .*beta1"):
        wrong.check(registry)


def test_a_value_outside_its_range_passes_with_a_warning(registry: Registry) -> None:
    with pytest.warns(OutOfRangeWarning, match=r'optimizer "adam": lr = 100 lies outside its usual range'):
        experiment(training={"optimizer": {"name": "adam", "lr": 100.0}}).check(registry)


def test_checking_draws_nothing_from_the_generator_that_training_uses(registry: Registry) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()

    experiment(model={"initializer": "orthogonal"}).check(registry)

    assert torch.equal(torch.get_rng_state(), before)
