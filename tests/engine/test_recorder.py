"""The recorder: blocks from the training thread, read by any other, nothing lost and nothing twice."""

import threading
import time

import numpy as np
import pytest
import torch

from desktop_app.engine.recorder import BLOCK_STEPS, Recorder
from desktop_app.store.metrics import MetricsReader, MetricsWriter

CPU = torch.device("cpu")


@pytest.fixture
def writer(tmp_path):
    writer = MetricsWriter(tmp_path / "metrics.sqlite")
    yield writer
    writer.close()


def test_what_was_recorded_reaches_readers_and_the_file_in_order(writer, tmp_path):
    recorder = Recorder()
    recorder.open(writer, CPU)
    count = 3 * BLOCK_STEPS + 7

    for step in range(1, count + 1):
        recorder.step(step, torch.tensor(step / 7), 1 / step)
    recorder.flush()
    recorder.commit()

    for steps, values in (recorder.read("train_loss"), MetricsReader(tmp_path / "metrics.sqlite").series("train_loss")):
        assert steps.tolist() == list(range(1, count + 1))
        np.testing.assert_allclose(values, np.arange(1, count + 1) / 7, rtol=1e-6)
    assert recorder.read("lr")[1].tolist() == [1 / step for step in range(1, count + 1)]
    assert recorder.read("nothing")[0].size == 0


def test_another_thread_reads_whole_prefixes_while_the_training_writes(writer):
    recorder = Recorder()
    recorder.open(writer, CPU)
    over = threading.Event()
    broken: list[str] = []
    reads = []

    def read() -> None:
        seen = 0
        while not over.is_set() or seen < 20_000:
            steps, values = recorder.read("train_loss", seen)
            if steps.tolist() != list(range(seen + 1, seen + 1 + len(steps))) or not np.array_equal(
                values, steps * 2.0
            ):
                broken.append(f"from {seen}: {steps[:3]} {values[:3]}")
                return
            seen += len(steps)
            reads.append(len(steps))

    reader = threading.Thread(target=read)
    reader.start()
    for step in range(1, 20_001):
        recorder.step(step, torch.tensor(float(step * 2)), 0.1)
    recorder.flush()
    over.set()
    reader.join()

    assert broken == []
    assert sum(reads) == 20_000


def test_what_was_read_is_the_readers_own(writer):
    recorder = Recorder()
    recorder.open(writer, CPU)
    recorder.add("val_loss", [1, 2], [0.5, 0.25])

    recorder.read("val_loss")[1][:] = 9.0

    assert recorder.read("val_loss")[1].tolist() == [0.5, 0.25]


def test_a_block_is_moved_at_the_latest_when_it_is_full(writer):
    recorder = Recorder()
    recorder.open(writer, CPU)

    moved = [step for step in range(1, 2 * BLOCK_STEPS + 1) if recorder.step(step, torch.zeros(()), 0.1)]

    assert moved
    assert max(np.diff([0, *moved])) <= BLOCK_STEPS


def test_the_first_loss_that_is_not_finite_is_remembered(writer):
    recorder = Recorder()
    recorder.open(writer, CPU)

    for step, loss in enumerate([1.0, float("inf"), float("nan"), 1.0], start=11):
        recorder.step(step, torch.tensor(loss), 0.1)
    recorder.flush()

    assert recorder.first_non_finite == 12


def test_a_resumed_run_recalls_what_was_recorded_and_forgets_what_came_later(writer, tmp_path):
    recorder = Recorder()
    recorder.open(writer, CPU)
    for step in range(1, 31):
        recorder.step(step, torch.tensor(float(step)), 0.1)
    recorder.flush()
    recorder.add("val_loss", [10, 20, 30], [3.0, 2.0, 1.0])
    recorder.commit()

    resumed = Recorder()
    resumed.recall(MetricsReader(tmp_path / "metrics.sqlite"))
    resumed.forget_after(20)
    resumed.open(writer, CPU)
    resumed.add("val_loss", [20], [7.0])
    resumed.step(21, torch.tensor(21.5), 0.1)
    resumed.flush()

    assert resumed.read("train_loss")[1].tolist() == [*map(float, range(1, 21)), 21.5]
    assert resumed.read("val_loss")[1].tolist() == [3.0, 7.0]


def test_short_epochs_that_flush_at_their_end_do_not_keep_the_loop_from_being_told(writer):
    recorder = Recorder()
    recorder.open(writer, CPU)
    told, patience, step = False, time.monotonic() + 30, 0
    while not told and time.monotonic() < patience:
        step += 1
        told = recorder.step(step, torch.zeros(()), 0.1)
        recorder.flush()

    assert told
    assert step > 1
