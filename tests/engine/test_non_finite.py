"""What becomes of a loss or gradient that is not finite: the run ends, leaves the step out, or goes back."""

from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app.engine import loop
from desktop_app.engine.events import NonFiniteCaught
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.recovery import LOWER_BY, MOST_LEFT_OUT, MOST_ROLLED_BACK, SPACING
from desktop_app.engine.remedy import CurableError
from desktop_app.engine.session import Session
from desktop_app.store.checkpoints import load_checkpoint

ROWS = 96
STEPS = 12
"""An epoch's: 96 rows in batches of 8."""
LEAPT_TO = 30.0
"""Where the outlier gets with weights that are five times as large, and neither it with its own nor any other row."""


def table_with_an_outlier(folder: Path) -> str:
    """Return a table of two classes whose row 50 lies so far out that its batch is beyond every activation's limit."""
    generator = np.random.default_rng(1)
    lines = ["a,b,kind"]
    for row in range(ROWS):
        first = "1e6" if row == 50 else f"{generator.normal():.4f}"
        lines.append(f"{first},{generator.uniform() + row % 2:.4f},{'xy'[row % 2]}")
    path = folder / "table.csv"
    path.write_text("\n".join(lines))
    return str(path)


def with_outlier(folder: Path, policy: str, *, gradient_alone: bool = False, limit: float = 9.0, **training):
    """Return an experiment whose activations are not finite in the one step of each epoch that has the outlier."""
    return Experiment.from_dict(
        {
            "data": {
                "source": "table",
                "path": table_with_an_outlier(folder),
                "target": "kind",
                "validation": 0.0,
            },
            "model": {
                "kind": "mlp",
                "layers": [8],
                "normalization_place": "after",
                "activation": {"name": "overflowing", "limit": limit, "gradient_alone": gradient_alone},
            },
            "training": {
                "epochs": 3,
                "batch_size": 8,
                "threads": 1,
                "non_finite": policy,
                "optimizer": {"name": "adam", "lr": 0.001},
                **training,
            },
        }
    )


def diverging(experiment_of, policy, limit=12.0, **training):
    """Return an experiment whose learning rate is too high for its activations; it diverges after some steps."""
    return experiment_of(
        "mlp",
        model__activation={"name": "overflowing", "limit": limit},
        model__layers=[16, 16],
        model__normalization="none",
        training__non_finite=policy,
        **{"training__optimizer": {"name": "sgd", "lr": 0.5}, **training},
    )


def gaps(run):
    steps, losses = run.series("train_loss")
    return steps[np.isnan(losses)].tolist()


def as_plain(content):
    return {key: content[key] for key in ("stepper", "model", "sums")}


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_a_gradient_that_is_not_finite_ends_the_run_before_the_weights_are_touched(train, weights_of, tmp_path):
    trained = train(with_outlier(tmp_path, "stop", gradient_alone=True), tmp_path)

    steps, losses = trained.run.series("train_loss")
    assert trained.outcome.status == "failed"
    assert f"The gradient is not finite any more at step {len(steps) + 1}, with a learning rate of 0.001" in (
        trained.outcome.reason
    )
    assert 'the first layer that is not finite is "layers.1"' in trained.outcome.reason
    assert np.isfinite(losses).all()
    assert all(torch.isfinite(weight).all() for weight in weights_of(trained.run).values())
    assert isinstance(trained.outcome.error, CurableError)
    assert trained.outcome.error.remedy.learning_rate == pytest.approx(0.0001)
    assert [(event.kind, event.step) for event in trained.run.events()][-1] == ("non_finite", len(steps) + 1)


def test_data_that_are_not_finite_are_named_as_such_and_no_learning_rate_is_proposed(train, experiment_of, tmp_path):
    experiment = experiment_of("mlp", data__source="endless", data__test=0.0, training__non_finite="roll_back")

    trained = train(experiment, tmp_path)

    assert trained.outcome.status == "failed"
    assert "The batch itself (the input) holds values that are not finite" in trained.outcome.reason
    assert trained.outcome.error.remedy.learning_rate == 0.0


@pytest.mark.parametrize("gradient_alone", [False, True])
def test_a_step_that_is_left_out_changes_nothing_but_the_position(gradient_alone, train, all_plugins, tmp_path):
    experiment = with_outlier(
        tmp_path, "skip", gradient_alone=gradient_alone, schedule="cosine", ema_decay=0.9, clip_gradient=1.0
    )
    whole = train(experiment, tmp_path)
    step = next(gap for gap in gaps(whole.run) if gap > 1 and gap - 1 not in gaps(whole.run))

    before = train(experiment, tmp_path, {step - 1: lambda session: session.stop()})

    def stop_there(event):
        if isinstance(event, NonFiniteCaught) and event.step == step:
            session.stop()

    session = Session(experiment, all_plugins, tmp_path, stop_there)
    session.start()
    assert session.wait(60).status == "stopped"

    one, other = load_checkpoint(before.run.files.last), load_checkpoint(session.run.files.last)
    assert (one["position"]["step"], other["position"]["step"]) == (step - 1, step)
    assert same(as_plain(one), as_plain(other))


def test_a_run_that_leaves_steps_out_says_so_and_resumes_bit_for_bit(train, resume, differences, tmp_path):
    experiment = with_outlier(tmp_path, "skip")

    whole = train(experiment, tmp_path)

    left_out = gaps(whole.run)
    assert whole.outcome.status == "finished", whole.outcome.reason
    assert [(step - 1) // STEPS for step in left_out] == [0, 1, 2]
    assert whole.outcome.result.steps == 3 * STEPS
    assert [event.step for event in whole.events_of(NonFiniteCaught)] == left_out
    assert [event.step for event in whole.run.events() if event.kind == "non_finite"] == left_out
    assert 'the loss was not finite, first in "layers.' in whole.run.events()[1].text
    steps, losses = whole.run.series("train_loss")
    finite = losses[:STEPS][np.isfinite(losses[:STEPS])]
    assert whole.run.series("epoch_train_loss")[1][0] == pytest.approx(finite.mean(), rel=1e-5)
    assert whole.run.series("lr")[0].tolist() == steps.tolist() == list(range(1, 3 * STEPS + 1))
    for cut_at in {left_out[0] - 1, left_out[1] + 1, left_out[2] - 1} - set(left_out):
        cut = train(experiment, tmp_path, {cut_at: lambda session: session.stop()})
        resumed = resume(cut.run.folder)
        assert differences(whole.run, resumed.run) == []


def test_a_training_that_has_nothing_left_to_learn_from_ends_and_says_so(train, experiment_of, tmp_path):
    experiment = diverging(experiment_of, "skip", limit=4.0)

    trained = train(experiment, tmp_path)

    assert trained.outcome.status == "failed"
    assert trained.outcome.reason.startswith(f"{MOST_LEFT_OUT} steps in a row were left out, up to step")
    assert np.diff(gaps(trained.run)[-MOST_LEFT_OUT:]).tolist() == [1] * (MOST_LEFT_OUT - 1)


def test_a_training_that_diverges_goes_back_and_learns_more_slowly(train, resume, experiment_of, differences, tmp_path):
    experiment = diverging(experiment_of, "roll_back", training__epochs=8)

    whole, again = train(experiment, tmp_path), train(experiment, tmp_path)

    went_back = [event for event in whole.run.events() if event.kind == "rolled_back"]
    steps, rates = whole.run.series("lr")
    assert whole.outcome.status == "finished", whole.outcome.reason
    assert went_back
    assert all(event.step % SPACING == 0 for event in went_back)
    assert rates[-1] == pytest.approx(0.5 * LOWER_BY ** len(went_back))
    assert steps.tolist() == list(range(1, 8 * STEPS + 1))
    assert np.isfinite(whole.run.series("train_loss")[1]).all()
    said = [f"step {event.step}: {event.text}" for event in whole.events_of(NonFiniteCaught)]
    assert said == [event.text for event in went_back]
    assert differences(whole.run, again.run) == []
    for cut_at in (5, 60):
        cut = train(experiment, tmp_path, {cut_at: lambda session: session.stop(interrupted=True)})
        assert differences(whole.run, resume(cut.run.folder).run) == []


def test_going_back_ends_where_a_thousandth_of_the_rate_is_no_better(train, tmp_path):
    trained = train(with_outlier(tmp_path, "roll_back"), tmp_path)

    assert trained.outcome.status == "failed"
    assert f"The training went back {MOST_ROLLED_BACK} times and lowered its learning rate to 1e-06" in (
        trained.outcome.reason
    )
    assert load_checkpoint(trained.run.files.last)["position"]["rolled_back"] == MOST_ROLLED_BACK


def test_a_rate_set_by_hand_is_not_gone_back_behind(train, experiment_of, tmp_path):
    experiment = diverging(
        experiment_of, "roll_back", training__epochs=8, training__optimizer={"name": "sgd", "lr": 0.01}
    )

    trained = train(experiment, tmp_path, {30: lambda session: session.set_learning_rate(1.0)})

    went_back = [event for event in trained.run.events() if event.kind == "rolled_back"]
    assert trained.outcome.status == "finished", trained.outcome.reason
    assert went_back[0].step >= 30
    assert [event.step for event in trained.run.events() if event.kind == "learning_rate"] == [30]


@pytest.mark.parametrize("optimizer", ["looking_twice", "sam"])
def test_a_rule_with_a_closure_leaves_a_step_out_wholly(optimizer, train, resume, differences, tmp_path):
    experiment = with_outlier(tmp_path, "skip", optimizer=optimizer)

    whole = train(experiment, tmp_path)

    assert whole.outcome.status == "finished", whole.outcome.reason
    assert [(step - 1) // STEPS for step in gaps(whole.run)] == [0, 1, 2]
    assert [event.step for event in whole.run.events() if event.kind == "non_finite"] == gaps(whole.run)
    cut = train(experiment, tmp_path, {gaps(whole.run)[1] + 2: lambda session: session.stop()})
    assert differences(whole.run, resume(cut.run.folder).run) == []


def test_a_second_pass_that_alone_is_not_finite_is_left_out_with_its_whole_step(
    train, resume, differences, weights_of, tmp_path
):
    experiment = with_outlier(tmp_path, "skip", optimizer="leaping", limit=LEAPT_TO)
    looking_once = with_outlier(tmp_path, "skip", optimizer={"name": "sgd", "lr": 0.01}, limit=LEAPT_TO)
    assert gaps(train(looking_once, tmp_path).run) == []

    whole = train(experiment, tmp_path)

    assert whole.outcome.status == "finished", whole.outcome.reason
    assert [(step - 1) // STEPS for step in gaps(whole.run)] == [0, 1, 2]
    assert all(torch.isfinite(weight).all() for weight in weights_of(whole.run).values())
    cut = train(experiment, tmp_path, {gaps(whole.run)[1] + 2: lambda session: session.stop()})
    assert differences(whole.run, resume(cut.run.folder).run) == []


def test_a_second_pass_that_alone_is_not_finite_ends_a_training_whose_weights_are_whole(train, weights_of, tmp_path):
    ended = train(with_outlier(tmp_path, "stop", optimizer="leaping", limit=LEAPT_TO), tmp_path)

    assert ended.outcome.status == "failed"
    assert all(torch.isfinite(weight).all() for weight in weights_of(ended.run).values())


@pytest.mark.parametrize("policy", ["stop", "skip", "roll_back"])
def test_where_reads_are_not_free_the_step_is_found_by_passing_it_again(
    policy, train, experiment_of, differences, tmp_path, monkeypatch
):
    experiment = diverging(experiment_of, policy, training__epochs=8)
    if policy == "skip":
        experiment = with_outlier(tmp_path, policy)
    looked = train(experiment, tmp_path)
    monkeypatch.setattr(loop, "reads_are_free", lambda device: False)

    unlooked = train(experiment, tmp_path)

    assert unlooked.outcome.reason == looked.outcome.reason
    assert unlooked.run.events() == looked.run.events()
    if policy != "stop":
        assert differences(looked.run, unlooked.run) == []


@pytest.mark.parametrize("reads_are_free", [True, False])
@pytest.mark.parametrize("policy", ["stop", "skip", "roll_back"])
def test_a_rule_that_ruins_the_weights_itself_ends_the_training(
    policy, reads_are_free, train, experiment_of, tmp_path, monkeypatch
):
    monkeypatch.setattr(loop, "reads_are_free", lambda device: reads_are_free)
    experiment = experiment_of(
        "mlp",
        training__optimizer={"name": "ruining", "at": 12},  # the last step of the first epoch
        training__non_finite=policy,
    )

    ended = train(experiment, tmp_path)

    assert ended.outcome.status == "failed", policy
    assert "not finite" in ended.outcome.reason


@pytest.mark.parametrize("reads_are_free", [True, False])
def test_weights_that_the_last_step_ruined_are_said(reads_are_free, train, experiment_of, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "reads_are_free", lambda device: reads_are_free)

    ended = train(experiment_of("mlp", training__optimizer={"name": "ruining", "at": 36}), tmp_path)

    assert ended.outcome.status == "failed"
    assert "The weights are not finite any more after step 36, the last one" in ended.outcome.reason
    assert ended.outcome.remedy.learning_rate == pytest.approx(0.001)
