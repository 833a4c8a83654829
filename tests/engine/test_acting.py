"""Acting on a training while it runs: what was paused, extended, killed or photographed equals its twin bit for bit."""

import contextlib
import shutil
import sqlite3

import numpy as np
import pytest
import torch

from desktop_app.engine.events import (
    Ended,
    EpochEnded,
    Extended,
    LearningRateChanged,
    Noticed,
    Paused,
    Proceeded,
    SnapshotTaken,
)
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.run import Run
from desktop_app.engine.session import Session
from desktop_app.errors import RunError, TrainingError
from desktop_app.store.checkpoints import load_checkpoint
from desktop_app.store.metrics import MetricsWriter

# Optimizers with and without a state, schedules that end low, batch norm and dropout, averaged weights, two stages.
TWINS = {
    "momentum": ("mlp", {"training__optimizer": {"name": "momentum", "lr": 0.05}}),
    "warm-up": ("dropout", {"training__schedule": {"name": "warmup_cosine", "floor": 0.1}}),
    "averaged": ("recipe", {}),
    "schedule-free": ("mlp", {"training__optimizer": "schedule_free_adamw"}),
    "two stages": ("transfer", {}),
}
twins = pytest.mark.parametrize("twin", TWINS)


@pytest.fixture
def experiment(twin, experiment_of):
    kind, keys = TWINS[twin]
    return experiment_of(kind, **keys)


@pytest.fixture(scope="module")
def untouched(train, experiment_of, tmp_path_factory):
    """Return the run of each twin that nobody acted on."""
    runs = {}

    def get(twin):
        if twin not in runs:
            kind, keys = TWINS[twin]
            runs[twin] = train(experiment_of(kind, **keys), tmp_path_factory.mktemp("untouched")).run
        return runs[twin]

    return get


def unlike(ours, theirs, place=""):
    """Return where two checkpoints differ by a bit; the seconds that a training took are its own."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), place
        return [each for key in ours if key != "seconds" for each in unlike(ours[key], theirs[key], f"{place}/{key}")]
    if isinstance(ours, list | tuple):
        assert len(ours) == len(theirs), place
        return [
            each
            for at, (one, other) in enumerate(zip(ours, theirs, strict=True))
            for each in unlike(one, other, f"{place}/{at}")
        ]
    same = torch.equal(ours, theirs) if isinstance(ours, torch.Tensor) else np.array_equal(ours, theirs)
    return [] if same else [place]


@pytest.fixture
def apart(differences):
    """Return what tells two runs apart: weights, series, and all that a training goes on from."""

    def compare(one, other):
        return differences(one, other) + unlike(load_checkpoint(one.files.last), load_checkpoint(other.files.last))

    return compare


def killed(run, into):
    """Return a copy of a run as a kill at this moment would leave it."""
    copy = into / f"killed-{run.folder.name}"
    shutil.copytree(run.folder, copy)
    writer = MetricsWriter(copy / "metrics.sqlite")
    writer.set_state("process", {"pid": 0, "created": 0.0})
    writer.close()
    return Run.open(copy)


def answering(answers, experiment, plugins, out, commands=None):
    """Train with a listener that answers events; ``answers`` maps a kind of event to what is given session and it."""
    events = []

    def listen(event):
        events.append(event)
        if type(event) in answers:
            answers[type(event)](session, event)

    session = Session(experiment, plugins, out, listen)
    session.recorder = Commanding(session, commands or {})
    session.start()
    outcome = session.wait(120)
    assert outcome is not None
    return session.run, events


class Commanding(Recorder):
    """A recorder that gives commands right after certain steps, on the training's own thread."""

    def __init__(self, session, commands):
        super().__init__()
        self.session, self.commands = session, commands

    def step(self, step, loss, learning_rate):
        if step in self.commands:
            self.commands[step](self.session)
        return super().step(step, loss, learning_rate)


@twins
def test_pauses_and_snapshots_leave_no_trace_in_a_training(twin, experiment, untouched, train, apart, tmp_path):
    def pause_and_look(session):
        session.pause()
        session.take_snapshot()
        session.proceed()

    commands = {5: pause_and_look, 12: pause_and_look, 13: lambda session: session.take_snapshot(), 30: pause_and_look}

    acted = train(experiment, tmp_path, commands)

    assert [type(event) for event in acted.events if isinstance(event, Paused | Proceeded)] == [Paused, Proceeded] * 3
    assert [event.step for event in acted.events_of(SnapshotTaken)] == [5, 12, 13, 30]
    assert apart(untouched(twin), acted.run) == []


@twins
def test_a_snapshot_holds_the_weights_that_are_evaluated(twin, experiment, all_plugins, tmp_path):
    best = {}

    def look(session, ended):
        session.take_snapshot()
        if ended.is_best:
            best[ended.step] = load_checkpoint(session.run.files.best)["model"]

    run, events = answering({EpochEnded: look}, experiment, all_plugins, tmp_path)

    taken = [event for event in events if isinstance(event, SnapshotTaken)]
    assert [event.file for event in taken] == run.snapshots
    assert [event.text for event in run.events() if event.kind == "snapshot"] == run.snapshots
    assert run.snapshots[0] == "snapshots/step-00000012.ckpt"
    for event in taken:
        if event.step in best:
            assert unlike(load_checkpoint(run.folder / event.file)["model"], best[event.step]) == []
    first = run.load_model(run.snapshots[0], all_plugins).network.state_dict()
    assert unlike(dict(first), load_checkpoint(run.folder / run.snapshots[0])["model"]["network"]) == []
    with pytest.raises(RunError, match=r'"best" and "last" and its snapshots, not "snapshots/step-9\.ckpt"'):
        run.load_model("snapshots/step-9.ckpt", all_plugins)


def test_a_snapshot_in_a_pause_is_written_down_at_once(experiment_of, all_plugins, tmp_path):
    def look(session, taken):
        assert [event.text for event in session.run.events() if event.kind == "snapshot"] == [taken.file]
        session.proceed()

    def pause_and_take(session):
        session.pause()
        session.take_snapshot()

    run, _ = answering({SnapshotTaken: look}, experiment_of("mlp"), all_plugins, tmp_path, {5: pause_and_take})
    assert run.status == "finished"


def test_others_may_write_into_a_run_at_any_time_of_its_training(experiment_of, all_plugins, tmp_path):
    written = []

    def write(session, told=None):
        # As an export does that is remembered in the run, only without waiting for its turn.
        with contextlib.closing(sqlite3.connect(session.run.files.metrics, timeout=0, isolation_level=None)) as other:
            other.execute("INSERT OR REPLACE INTO state VALUES ('calibration', '{}')")
        written.append(told or "step")
        if isinstance(told, SnapshotTaken):
            session.proceed()

    def pause_and_take(session):
        session.pause()
        session.take_snapshot()

    commands = dict.fromkeys(range(1, 37), write) | {20: pause_and_take}
    run, _ = answering({SnapshotTaken: write, EpochEnded: write}, experiment_of("mlp"), all_plugins, tmp_path, commands)

    assert run.status == "finished"
    assert len(written) == 35 + 1 + 3


def test_a_snapshot_that_cannot_be_written_does_not_end_the_training(train, experiment_of, apart, finished, tmp_path):
    def take_where_nothing_can_be(session):
        session.run.files.snapshots.write_text("in the way")
        session.take_snapshot()

    acted = train(experiment_of("mlp"), tmp_path, {5: take_where_nothing_can_be})

    assert acted.outcome.status == "finished"
    assert [event.text for event in acted.events_of(Noticed)] == [
        event.text for event in acted.run.events() if event.kind == "notice"
    ]
    assert "No snapshot was taken." in acted.events_of(Noticed)[0].text
    assert apart(finished("mlp"), acted.run) == []


@twins
@pytest.mark.parametrize("step", [3, 36])
def test_a_training_made_longer_equals_one_that_goes_on_after_its_end(
    twin, step, experiment, untouched, train, resume, apart, tmp_path
):
    acted = train(experiment, tmp_path, {step: lambda session: session.extend(2)})

    shutil.copytree(untouched(twin).folder, tmp_path / "after")
    after = resume(tmp_path / "after", epochs=2).run
    assert acted.outcome.result.epochs == untouched(twin).result["epochs"] + 2
    assert [(event.step, event.epochs) for event in acted.events_of(Extended)] == [(step, acted.outcome.result.epochs)]
    assert [event.text for event in acted.run.events() if event.kind == "extended"] == [
        f"by 2 to {acted.outcome.result.epochs} epochs"
    ]
    assert apart(after, acted.run) == []


@pytest.mark.parametrize("twin", ["warm-up", "two stages"])
def test_an_extension_at_the_last_moment_still_counts(
    twin, experiment, untouched, all_plugins, resume, apart, tmp_path
):
    def extend(session, ended):
        if ended.epoch == ended.epochs < 6:
            session.extend(1)

    run, _ = answering({EpochEnded: extend}, experiment, all_plugins, tmp_path)

    assert run.result["epochs"] == 6
    shutil.copytree(untouched(twin).folder, tmp_path / "after")
    more = 6 - untouched(twin).result["epochs"]
    assert apart(resume(tmp_path / "after", epochs=more).run, run) == []


def test_an_extension_outlives_a_kill(experiment_of, all_plugins, resume, apart, tmp_path):
    copies = []
    extend = {5: lambda session: session.extend(2)}
    run, _ = answering(
        {Extended: lambda session, _: copies.append(killed(session.run, tmp_path))},
        experiment_of("transfer"), all_plugins, tmp_path, extend,
    )  # fmt: skip

    assert apart(resume(copies[0].folder).run, run) == []
    assert run.result["epochs"] == 6


def test_an_extension_lets_an_early_stopping_count_anew(experiment_of, train, tmp_path):
    # Steps of nothing: no epoch is better than the first, and with a patience of 2 the third is the last.
    idle = experiment_of(
        "mlp", training__optimizer="sgd", training__clip_gradient=1e-30, training__early_stopping=2,
        training__epochs=9, model__normalization="none",
    )  # fmt: skip

    stopped = train(idle, tmp_path).outcome.result
    longer = train(idle, tmp_path, {25: lambda session: session.extend(1)}).outcome.result

    assert (stopped.epochs, longer.epochs) == (3, 4)


@pytest.mark.parametrize("epochs", [0, -3])
def test_a_training_cannot_be_made_shorter(epochs, experiment_of, all_plugins, tmp_path):
    session = Session(experiment_of("mlp"), all_plugins, tmp_path)
    with pytest.raises(TrainingError, match="one epoch or more"):
        session.extend(epochs)


@twins
def test_a_learning_rate_set_by_hand_outlives_stops_and_kills(
    twin, experiment, train, resume, all_plugins, untouched, apart, tmp_path
):
    def change(session):
        session.set_learning_rate(0.003)

    copies = []
    whole, _ = answering(
        {LearningRateChanged: lambda session, _: copies.append(killed(session.run, tmp_path))},
        experiment, all_plugins, tmp_path, {9: change},
    )  # fmt: skip
    cut = train(experiment, tmp_path, {9: change, 20: lambda session: session.stop()}).run

    assert apart(whole, resume(cut.folder).run) == []
    assert apart(whole, resume(copies[0].folder).run) == []
    rates = dict(zip(*(series.tolist() for series in whole.series("lr")), strict=True))
    before = dict(zip(*(series.tolist() for series in untouched(twin).series("lr")), strict=True))
    assert rates[9] == before[9]
    assert rates[10] == pytest.approx(0.003)
    # The schedule keeps its shape: from here on its rates are as many times higher or lower throughout the stage.
    assert rates[20] / before[20] == pytest.approx(rates[10] / before[10])
    marks = [(event.step, event.kind) for event in whole.events() if event.kind != "stage"]
    assert marks == [(9, "checkpoint"), (9, "learning_rate")]


def test_every_command_is_obeyed_while_paused(experiment_of, train, tmp_path):
    def all_at_once(session):
        session.pause()
        session.set_learning_rate(0.002)
        session.extend(1)
        session.take_snapshot()
        session.pause()
        session.skip_stage()

    acted = train(experiment_of("transfer"), tmp_path, {7: all_at_once})

    told = [type(event) for event in acted.events if getattr(event, "step", 7) == 7]
    assert [kind for kind in told if kind in (Paused, LearningRateChanged, Extended, SnapshotTaken, Proceeded)] == [
        Paused, LearningRateChanged, Extended, SnapshotTaken, Proceeded,
    ]  # fmt: skip
    kinds = [event.kind for event in acted.run.events() if event.step == 7]
    assert kinds == ["checkpoint", "learning_rate", "extended", "snapshot", "paused", "stage_skipped", "stage"]
    assert acted.run.result["steps"] == 7 + 3 * 12


def test_a_stage_skipped_in_a_pause_equals_one_that_was_skipped_at_once(experiment_of, train, apart, tmp_path):
    def skip_in_a_pause(session):
        session.pause()
        session.skip_stage()

    at_once = train(experiment_of("transfer"), tmp_path, {7: lambda session: session.skip_stage()})
    paused = train(experiment_of("transfer"), tmp_path, {7: skip_in_a_pause})

    assert apart(at_once.run, paused.run) == []


def test_a_stop_in_a_pause_keeps_the_length_of_the_pause_and_is_gone_on_from(
    experiment_of, train, resume, apart, finished, tmp_path
):
    def stop_in_a_pause(session):
        session.pause()
        session.stop()

    cut = train(experiment_of("dropout"), tmp_path, {7: stop_in_a_pause})

    assert (cut.outcome.status, cut.run.files.best.is_file()) == ("stopped", True)
    assert [event.text for event in cut.run.events() if event.kind == "paused"] == ["0:00"]
    assert apart(finished("dropout"), resume(cut.run.folder).run) == []


class Clock:
    """A time that only tests pass."""

    now = 1000.0

    def __call__(self):
        return self.now


def test_a_pause_of_an_hour_counts_nowhere(experiment_of, all_plugins, finished, apart, tmp_path):
    clock, events, seen = Clock(), [], {}

    class Ticking(Recorder):
        """Each step takes a second."""

        def step(self, step, loss, learning_rate):
            clock.now += 1.0
            seen[step] = session.progress()
            if step == 17:
                session.pause()
            return super().step(step, loss, learning_rate)

    def listen(event):
        events.append(event)
        if isinstance(event, Paused):
            clock.now += 1800
            session.take_snapshot()
            session.set_learning_rate(0.001)
            clock.now += 1800
            session.proceed()

    session = Session(experiment_of("mlp"), all_plugins, tmp_path, listen, clock)
    session.recorder = Ticking(clock)
    session.start()
    outcome = session.wait(120)

    assert isinstance(events[-1], Ended)
    assert outcome.result.seconds == 36.0
    assert outcome.result.samples_per_second == 30.0  # 360 samples in 12 steps
    # What was told after a step is seen after the next: two steps later the pause is behind both.
    for step in (17, 19, 30):
        assert seen[step].samples_per_second == pytest.approx(31, rel=0.15)
        left = (3 * 360 - (seen[step].step * 30)) / seen[step].samples_per_second
        assert seen[step].seconds_left == pytest.approx(left, rel=0.15)
    marks = {event.kind: event.text for event in session.run.events()}
    assert marks["paused"] == "1:00:00"
    assert load_checkpoint(session.run.files.last)["position"]["seconds"] == 36.0
    assert apart(finished("mlp"), session.run) == []
