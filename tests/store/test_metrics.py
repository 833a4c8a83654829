"""Numbers come back as they were written, whatever they are, and a broken file gets one sentence."""

import contextlib
import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.errors import RunError
from desktop_app.store.metrics import Histogram, MetricEvent, MetricsReader, MetricsWriter


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def writer(file: Path) -> Iterator[MetricsWriter]:
    writer = MetricsWriter(file)
    yield writer
    writer.close()


names = st.sampled_from(["train_loss", "val loss", "lr'; DROP TABLE points; --", "Verlust ä"])
points = st.lists(st.tuples(names, st.dictionaries(st.integers(0, 2**62), st.floats(width=64), max_size=5)), max_size=6)


@given(points, st.integers(-1, 2**62))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_was_appended_comes_back_in_order_and_what_is_deleted_stays_away(
    tmp_path_factory: pytest.TempPathFactory, appended: list[tuple[str, dict[int, float]]], last: int
) -> None:
    file = tmp_path_factory.mktemp("run") / "metrics.sqlite"
    writer = MetricsWriter(file)
    expected: dict[str, dict[int, float]] = {}
    for name, values in appended:
        writer.append(name, values.keys(), values.values())
        expected.setdefault(name, {}).update(values)
    writer.commit()
    reader = MetricsReader(file)

    def assert_same() -> None:
        for name, values in expected.items():
            steps, found = reader.series(name)
            np.testing.assert_array_equal(steps, sorted(values))
            # NaN equals NaN here, and infinities keep their signs.
            np.testing.assert_array_equal(found, [values[step] for step in sorted(values)])
            assert (steps.dtype.name, found.dtype.name) == ("int64", "float64")

    assert reader.names() == sorted(expected)
    assert_same()
    writer.delete_after(last)
    expected = {name: {s: v for s, v in values.items() if s <= last} for name, values in expected.items()}
    assert_same()
    writer.close()
    assert_same()


def test_a_later_point_at_the_same_step_replaces_the_older_one(file: Path, writer: MetricsWriter) -> None:
    writer.append("lr", [1, 2], [0.1, 0.2])
    writer.append("lr", [2], [0.5])
    writer.commit()

    assert MetricsReader(file).series("lr")[1].tolist() == [0.1, 0.5]


def test_a_series_that_is_not_there_is_empty(file: Path, writer: MetricsWriter) -> None:
    steps, values = MetricsReader(file).series("nothing")

    assert (len(steps), len(values)) == (0, 0)


def test_more_steps_than_values_are_a_mistake(writer: MetricsWriter) -> None:
    with pytest.raises(ValueError, match="zip"):
        writer.append("lr", [1, 2], [0.1])


def test_nothing_is_seen_before_it_is_committed(file: Path, writer: MetricsWriter) -> None:
    writer.append("lr", [1], [0.1])
    assert MetricsReader(file).names() == []
    writer.commit()
    assert MetricsReader(file).names() == ["lr"]


def test_events_keep_their_order_and_go_with_the_points_after_a_step(file: Path, writer: MetricsWriter) -> None:
    for step, kind in ((0, "stage"), (5, "learning_rate"), (5, "paused"), (9, "stage")):
        writer.event(step, kind, f"{kind} at {step}")
    writer.delete_after(5)

    assert MetricsReader(file).events() == [
        MetricEvent(0, "stage", "stage at 0"),
        MetricEvent(5, "learning_rate", "learning_rate at 5"),
        MetricEvent(5, "paused", "paused at 5"),
    ]


def test_the_state_is_kept_at_once_and_replaced_by_key(file: Path, writer: MetricsWriter) -> None:
    writer.set_state("status", "running")
    writer.set_state("result", {"val_loss": math.inf, "epochs": 3, "best": None})
    writer.set_state("status", "finished")

    assert MetricsReader(file).state() == {
        "status": "finished",
        "result": {"val_loss": math.inf, "epochs": 3, "best": None},
    }


def test_a_second_writer_goes_on_with_the_series_of_the_first(file: Path) -> None:
    for step in (1, 2):
        writer = MetricsWriter(file)
        writer.append("lr", [step], [step / 10])
        writer.close()

    assert MetricsReader(file).series("lr")[0].tolist() == [1, 2]


def test_closing_folds_the_log_into_the_file(file: Path) -> None:
    writer = MetricsWriter(file)
    writer.append("lr", range(1000), [0.1] * 1000)
    writer.close()

    assert [found.name for found in file.parent.iterdir()] == [file.name]
    assert len(MetricsReader(file).series("lr")[0]) == 1000


def test_closing_empties_the_log_although_somebody_looks_on(file: Path) -> None:
    writer = MetricsWriter(file)
    with contextlib.closing(sqlite3.connect(file)) as onlooker:
        assert onlooker.execute("SELECT count(*) FROM points").fetchone() == (0,)
        writer.append("lr", range(1000), [0.1] * 1000)
        writer.close()

        assert file.with_name("metrics.sqlite-wal").stat().st_size == 0
        assert onlooker.execute("SELECT count(*) FROM points").fetchone() == (1000,)


def test_a_folder_without_numbers_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is not a run: it has no metrics\.sqlite\."):
        MetricsReader(tmp_path / "metrics.sqlite")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_a_broken_file_gets_one_sentence(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    reader = MetricsReader(file)

    for ask in (reader.names, reader.events, reader.state, lambda: reader.series("lr")):
        with pytest.raises(RunError, match=r"The numbers of the run in .* cannot be read: "):
            ask()


def test_values_of_the_wrong_kind_get_one_sentence(file: Path, writer: MetricsWriter) -> None:
    writer.append("lr", [1], [0.1])
    writer.set_state("status", "running")
    with sqlite3.connect(file) as stranger:
        stranger.execute("UPDATE points SET value = 'fast'")
        stranger.execute("UPDATE state SET value = '{'")
    stranger.close()

    with pytest.raises(RunError, match="cannot be read: could not convert"):
        MetricsReader(file).series("lr")
    with pytest.raises(RunError, match="cannot be read: Expecting"):
        MetricsReader(file).state()


def test_a_file_that_is_no_database_is_not_written_to(file: Path) -> None:
    file.write_bytes(b"somebody's diary, which is long enough to be read as a header of a database file, or is it not?")

    with pytest.raises(RunError, match=r"cannot be written to .*: file is not a database\. Make room"):
        MetricsWriter(file)
    assert file.read_bytes().startswith(b"somebody's diary")


def test_a_full_database_gets_one_sentence_and_keeps_what_was_committed(file: Path, writer: MetricsWriter) -> None:
    writer.append("lr", [1], [0.1])
    writer.commit()
    # SQLite reports a full disk by the same error as a database that may not grow.
    pages = writer._connection.execute("PRAGMA page_count").fetchone()[0]
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 1}")

    writer.append("lr", range(2, 100_000), [0.1] * 99_998)
    writer.append("new", [2], [0.1])
    with pytest.raises(RunError, match=r"cannot be written to .*: database or disk is full\. Make room"):
        writer.commit()
    assert MetricsReader(file).series("lr")[0].tolist() == [1]

    # What fits is written again, of series that were new in what was refused as well.
    writer.append("new", [2], [0.5])
    writer.set_state("status", "failed")
    assert MetricsReader(file).names() == ["lr", "new"]
    assert MetricsReader(file).series("new")[1].tolist() == [0.5]


def test_another_process_may_write_while_numbers_wait_to_be_committed(file: Path, writer: MetricsWriter) -> None:
    writer.append("lr", [1], [0.1])
    writer.append_row(1, {"val_loss": 0.5})
    writer.append_histograms({"weights": Histogram(1, 0.0, 1.0, np.array([1, 2]))})
    writer.event(1, "stage", "training")

    other = MetricsWriter(file)
    other._connection.execute("PRAGMA busy_timeout = 0")
    other.set_state("calibration", {})
    other.close()

    writer.commit()
    assert MetricsReader(file).names() == ["lr", "val_loss"]
    assert MetricsReader(file).state() == {"calibration": {}}


def test_numbers_that_another_process_keeps_locked_are_no_full_disk(file: Path, writer: MetricsWriter) -> None:
    writer._connection.execute("PRAGMA busy_timeout = 0")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunError, match=r"another process has kept them locked for 5 seconds\. Wait until"):
            writer.set_state("status", "running")
        other.execute("ROLLBACK")

    writer.set_state("status", "running")
    assert MetricsReader(file).state() == {"status": "running"}


def test_json_in_the_state_is_text_that_other_programs_read(file: Path, writer: MetricsWriter) -> None:
    writer.set_state("result", {"classes": ["ä"]})

    with sqlite3.connect(file) as other:
        (value,) = other.execute("SELECT value FROM state WHERE key = 'result'").fetchone()
    other.close()
    assert json.loads(value) == {"classes": ["ä"]}


def test_a_run_is_claimed_by_one_process_at_a_time(tmp_path):
    first, second = MetricsWriter(tmp_path / "metrics.sqlite"), MetricsWriter(tmp_path / "metrics.sqlite")

    assert first.claim("first", is_alive=lambda process: True) == "interrupted"
    with pytest.raises(RunError, match="is being trained by another process"):
        second.claim("second", is_alive=lambda process: process == "first")
    assert MetricsReader(tmp_path / "metrics.sqlite").state()["process"] == "first"

    # The first is gone without a word: its claim is worth nothing any more.
    assert second.claim("second", is_alive=lambda process: False) == "running"
    first.close()
    second.close()
    assert MetricsReader(tmp_path / "metrics.sqlite").state() == {"process": "second", "status": "running"}
