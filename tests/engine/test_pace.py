"""How fast a training is said to go, on a clock that the test turns."""

import pytest
import torch

from desktop_app.engine.pace import Pace
from desktop_app.engine.position import Position


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(torch.device("cpu"), "cpu", clock)


def train(pace: Pace, clock: Clock, steps: int, samples: int = 10, seconds: float = 0.1) -> None:
    for _ in range(steps):
        clock.now += seconds
        pace.add(samples)


def test_the_rate_is_that_of_the_training_without_pauses_and_evaluations(pace: Pace, clock: Clock) -> None:
    train(pace, clock, steps=10)
    pace.hold()
    clock.now += 3600
    pace.restart()
    train(pace, clock, steps=10)
    pace.hold()
    clock.now += 50
    pace.restart(evaluated=True)

    progress = pace.training("Training", Position([2], epoch=1, epochs_done=1), 10, 100)

    assert progress.samples_per_second == pytest.approx(100)
    assert pace.samples_per_second == pytest.approx(100)


def test_the_time_left_counts_the_steps_and_the_evaluations_that_are_still_to_come(pace: Pace, clock: Clock) -> None:
    train(pace, clock, steps=10)
    pace.hold()
    clock.now += 2
    pace.restart(evaluated=True)
    train(pace, clock, steps=5)

    # Half of the second of three epochs is left, and the third: 150 samples at 100 a second, and two evaluations.
    position = Position([3], epoch=1, step_in_epoch=5, step=15, epochs_done=1)
    progress = pace.training("Training", position, 10, 100)

    assert progress.seconds_left == pytest.approx(1.5 + 2 * 2)
    assert (progress.epoch, progress.epochs, progress.steps) == (2, 3, 30)


def test_a_rate_that_changes_is_followed_within_seconds(pace: Pace, clock: Clock) -> None:
    position = Position([1000])
    for _ in range(100):
        train(pace, clock, steps=1)
        pace.training("Training", position, 10, 100)
    for _ in range(300):
        train(pace, clock, steps=1, samples=20)
        progress = pace.training("Training", position, 10, 100)

    assert progress.samples_per_second == pytest.approx(200, rel=0.01)
    assert pace.samples_per_second == pytest.approx(175)
