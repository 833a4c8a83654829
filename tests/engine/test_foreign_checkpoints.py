"""A checkpoint that is not of this run is refused in one sentence, whatever it holds."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.errors import RunError
from desktop_app.registry import Registry


@pytest.fixture(scope="module")
def trained(
    train: Callable[..., Any], experiment_of: Callable[..., Experiment], tmp_path_factory: pytest.TempPathFactory
) -> Run:
    run: Run = train(experiment_of(training__epochs=1), tmp_path_factory.mktemp("runs")).run
    return run


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"model": None},
        {"model": 3},
        {"model": {}},
        {"model": {"preprocessing": {}, "network": torch.zeros(2), "answers": {}}},
        {"model": {"preprocessing": {}, "network": {"weight": torch.zeros(2)}, "answers": {}}},
    ],
)
def test_a_checkpoint_of_something_else_is_refused(trained: Run, all_plugins: Registry, content: Any) -> None:
    whole = trained.files.best.read_bytes()
    torch.save(content, trained.files.best)
    try:
        with pytest.raises(RunError, match=r"best\.ckpt does not fit the experiment beside it"):
            trained.load_model("best", all_plugins)
    finally:
        trained.files.best.write_bytes(whole)
    assert trained.load_model("best", all_plugins).network is not None


def test_there_are_two_checkpoints(trained: Run, all_plugins: Registry) -> None:
    with pytest.raises(RunError, match='A run has the checkpoints "best" and "last" and its snapshots, not "first"'):
        trained.load_network("first", all_plugins)


def test_a_checkpoint_that_is_gone_is_named(trained: Run, all_plugins: Registry) -> None:
    whole = trained.files.last.read_bytes()
    trained.files.last.unlink()
    try:
        with pytest.raises(RunError, match=r"There is no checkpoint .*last\.ckpt"):
            trained.load_network("last", all_plugins)
    finally:
        Path(trained.files.last).write_bytes(whole)


@pytest.mark.parametrize("content", [{}, {"form": 1}, {"form": 2, "position": {}}, None])
def test_a_run_is_not_gone_on_with_from_a_foreign_checkpoint_and_stays_as_it_was(
    trained: Run, all_plugins: Registry, content: dict[str, Any] | None
) -> None:
    whole = trained.files.last.read_bytes()
    foreign = torch.load(trained.files.last, weights_only=True) if content is None else content
    if content is None:  # ours in form, another network's in content
        foreign["model"]["network"] = {"weight": torch.zeros(2)}
    torch.save(foreign, trained.files.last)
    try:
        session = Session.resuming(trained.folder, all_plugins, epochs=1)
        session.start()
        outcome = session.wait()
    finally:
        trained.files.last.write_bytes(whole)
    assert outcome is not None
    assert isinstance(outcome.error, RunError)
    assert "last.ckpt" in outcome.reason
    assert trained.status == "finished"
    assert trained.result["epochs"] == 1
