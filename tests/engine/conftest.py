"""What the engine's tests share: small experiments, runs of them, and the comparison of two runs bit for bit."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings

from desktop_app.engine.events import Event, Outcome
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.registry import Registry, load_plugins
from desktop_app.store.checkpoints import load_checkpoint

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

HELPING_PLUGINS = Path(__file__).parents[1] / "helpers" / "plugins"
DIGITS = {"source": "digits", "validation": 0.2, "test": 0.6}
"""360 digits to train on: 12 steps of 32 an epoch, the last of them of 8."""

KINDS: dict[str, dict[str, Any]] = {
    "mlp": {
        "data": DIGITS,
        "model": {"kind": "mlp", "layers": [16]},
        "training": {"epochs": 3, "threads": 1},
    },
    "dropout": {
        "data": DIGITS,
        "model": {"kind": "mlp", "layers": [16], "dropout": 0.3},
        "training": {"epochs": 3, "threads": 1, "schedule": "cosine", "optimizer": {"name": "adam", "lr": 0.01}},
    },
    "augmentation": {
        "data": {**DIGITS, "augment": "light", "validation": 0.1, "test": 0.8},
        "model": {"kind": "cnn", "layers": [4, 8]},
        "training": {"epochs": 3, "threads": 1, "batch_size": 16},
    },
    "transfer": {
        "data": {**DIGITS, "image_size": 32, "validation": 0.1, "test": 0.8},
        "model": {
            "kind": "transfer",
            "backbone": "test_efficientnet",
            "weights": "random",
            "freeze": True,
            "head": [16],
            "dropout": 0.2,
        },
        "training": {"epochs": 2, "threads": 1, "batch_size": 16},
        "fine_tuning": {"epochs": 2, "unfreeze_last": 2},
    },
    "recipe": {
        "data": {**DIGITS, "augment": "strong", "mix": "mixup", "balance": "sampler", "validation": 0.1, "test": 0.8},
        "model": {"kind": "cnn", "layers": [4, 8], "dropout": 0.2},
        "training": {"epochs": 3, "threads": 1, "batch_size": 16, "label_smoothing": 0.1, "ema_decay": 0.9},
    },
    "weighted": {
        "data": {**DIGITS, "image_size": 32, "mix": "cutmix", "balance": "weights", "validation": 0.1, "test": 0.8},
        "model": {
            "kind": "transfer",
            "backbone": "test_efficientnet",
            "weights": "random",
            "freeze": True,
            "head": [16],
        },
        "training": {"epochs": 2, "threads": 1, "batch_size": 16, "ema_decay": 0.9},
        "fine_tuning": {"epochs": 2, "unfreeze_last": 2},
    },
}


class CommandingRecorder(Recorder):
    """A recorder that gives commands to a session right after certain steps, on the training's own thread."""

    def __init__(self, commands: dict[int, Callable[[], object]]) -> None:
        super().__init__()
        self._commands = commands

    def step(self, step: int, loss: torch.Tensor, learning_rate: float) -> bool:
        if step in self._commands:
            self._commands[step]()
        return super().step(step, loss, learning_rate)


class Trained:
    """A session that has ended, with what it said."""

    def __init__(self, session: Session, outcome: Outcome, events: list[Event]) -> None:
        self.session = session
        self.outcome = outcome
        self.events = events

    @property
    def run(self) -> Run:
        assert self.session.run is not None, self.outcome
        return self.session.run

    def events_of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def _changed(content: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    content = {name: dict(section) for name, section in content.items()}
    for dotted, value in keys.items():
        section, key = dotted.split("__")
        content.setdefault(section, {})[key] = value
    return content


@pytest.fixture(scope="session")
def all_plugins() -> Registry:
    """Return the built-in plugins and those in ``tests/helpers/plugins``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = load_plugins(user_folder=HELPING_PLUGINS)
    assert [record for record in found.plugins if record.status != "ok"] == []
    return found


@pytest.fixture(scope="session")
def experiment_of() -> Callable[..., Experiment]:
    """Return a maker of small experiments by kind; ``training__epochs=5`` replaces a key."""

    def make(kind: str = "mlp", **keys: Any) -> Experiment:
        return Experiment.from_dict(_changed(KINDS[kind], keys))

    return make


@pytest.fixture(scope="session")
def train(all_plugins: Registry) -> Callable[..., Trained]:
    """Return a trainer: runs an experiment to its end, or to what a command after a step makes of it.

    ``commands`` maps steps to functions that are given the session and called right after the step.
    """

    def run(
        experiment: Experiment,
        out: Path,
        commands: dict[int, Callable[[Session], object]] | None = None,
        registry: Registry = all_plugins,
    ) -> Trained:
        events: list[Event] = []
        session = Session(experiment, registry, out, events.append)
        return _to_the_end(session, events, commands)

    return run


@pytest.fixture(scope="session")
def resume(all_plugins: Registry) -> Callable[..., Trained]:
    """Return what goes on with a run; see ``train`` for ``commands``."""

    def run(
        folder: Path, epochs: int | None = None, commands: dict[int, Callable[[Session], object]] | None = None
    ) -> Trained:
        events: list[Event] = []
        return _to_the_end(Session.resuming(folder, all_plugins, epochs, events.append), events, commands)

    return run


def _to_the_end(
    session: Session, events: list[Event], commands: dict[int, Callable[[Session], object]] | None
) -> Trained:
    bound = {step: (lambda command=command: command(session)) for step, command in (commands or {}).items()}
    session.recorder = CommandingRecorder(bound)
    session.start()
    outcome = session.wait(120)
    assert outcome is not None
    return Trained(session, outcome, events)


@pytest.fixture(scope="session")
def weights_of() -> Callable[..., dict[str, torch.Tensor]]:
    """Return a reader of the network's weights and statistics in a run's checkpoint."""

    def read(run: Run, which: str = "last") -> dict[str, torch.Tensor]:
        path = run.files.last if which == "last" else run.files.best
        found: dict[str, torch.Tensor] = load_checkpoint(path)["model"]["network"]
        return found

    return read


@pytest.fixture(scope="session")
def differences(weights_of: Callable[..., dict[str, torch.Tensor]]) -> Callable[[Run, Run], list[str]]:
    """Return what tells two runs apart by a bit: names of weights and series. None for twins."""

    def compare(one: Run, other: Run) -> list[str]:
        found = []
        for which in ("last", "best"):
            ours, theirs = weights_of(one, which), weights_of(other, which)
            assert list(ours) == list(theirs)
            found += [f"{which}: {name}" for name in ours if not torch.equal(ours[name], theirs[name])]
        for name in ("train_loss", "lr", "epoch_train_loss", "train_accuracy", "val_loss", "val_accuracy"):
            (steps, values), (other_steps, other_values) = one.series(name), other.series(name)
            # A step that was left out has a loss of NaN, which is the same in twins.
            if not np.array_equal(steps, other_steps) or not np.array_equal(values, other_values, equal_nan=True):
                found.append(name)
        found += [
            key for key in ("epochs", "steps", "val_loss", "best") if repr(one.result[key]) != repr(other.result[key])
        ]
        return found

    return compare


@pytest.fixture(scope="session")
def finished(train: Callable[..., Trained], experiment_of: Callable[..., Experiment], tmp_path_factory: Any) -> Any:
    """Return runs of each kind that were never cut, trained when first asked for. Tests must leave them as they are."""
    runs: dict[str, Run] = {}

    def get(kind: str) -> Run:
        if kind not in runs:
            trained = train(experiment_of(kind), tmp_path_factory.mktemp(kind))
            assert trained.outcome.status == "finished", trained.outcome.reason
            runs[kind] = trained.run
        return runs[kind]

    return get
