"""A run with each of the less usual strategies, cut and resumed, equals the run that was never cut, bit for bit."""

from typing import Any

import numpy as np
import pytest

from desktop_app.engine.stepper import Stepper
from desktop_app.store.checkpoints import load_checkpoint

# A threshold of nine tenths, so that three epochs are enough to cut.
pytestmark = pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")

STRATEGIES: dict[str, dict[str, Any]] = {
    "radam": {"training__optimizer": "radam"},
    "sam": {"training__optimizer": {"name": "sam", "adaptive": True, "rho": 0.5}},
    "sam around sgd": {"training__optimizer": {"name": "sam", "base": "sgd", "lr": 0.05}},
    "schedule-free": {"training__optimizer": {"name": "schedule_free_adamw", "warmup_steps": 30}},
    "muon": {"training__optimizer": {"name": "muon", "adamw_lr": 0.01}},
    "reduce on plateau": {
        "training__schedule": {"name": "reduce_on_plateau", "patience": 0, "threshold": 0.9, "factor": 0.5}
    },
    "restarts": {"training__schedule": "cosine_restarts"},
    "prelu": {"model__activation": "prelu"},
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_run_that_was_cut_equals_one_that_was_not(name, train, resume, experiment_of, differences, tmp_path) -> None:
    def experiment() -> Any:
        return experiment_of("dropout", **STRATEGIES[name])

    whole = train(experiment(), tmp_path).run
    # In the middle of the second of three epochs.
    cut = train(experiment(), tmp_path, {19: lambda session: session.stop()}).run

    assert differences(whole, resume(cut.folder).run) == []


def test_reduce_on_plateau_is_told_the_validation_loss_of_each_epoch(train, experiment_of, tmp_path) -> None:
    run = train(experiment_of("mlp", **STRATEGIES["reduce on plateau"]), tmp_path).run

    schedule = load_checkpoint(run.files.last)["stepper"]["schedule"]
    _, losses = run.series("val_loss")
    _, rates = run.series("lr")

    # No loss falls by nine tenths: from the second epoch on each cuts in half.
    assert schedule["best"] == losses[0]
    assert schedule["last_epoch"] == 3
    assert rates == pytest.approx([1e-3] * 24 + [5e-4] * 12)


def test_what_is_kept_as_best_are_the_averaged_weights(
    train, experiment_of, weights_of, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[bool, np.ndarray] = {}
    switch = Stepper.evaluating

    def watched(stepper: Stepper, begins: bool) -> None:
        switch(stepper, begins)
        held[begins] = stepper.optimizer.param_groups[0]["params"][0].detach().numpy().copy()

    monkeypatch.setattr(Stepper, "evaluating", watched)
    chosen = {"name": "schedule_free_adamw", "lr": 0.01}
    run = train(experiment_of("mlp", training__epochs=1, training__optimizer=chosen), tmp_path).run

    (first, *_) = [value for value in weights_of(run, "best").values() if value.shape == held[True].shape]
    assert np.array_equal(first.numpy(), held[True])
    assert not np.array_equal(held[True], held[False])
