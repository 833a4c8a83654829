"""The queue of experiments is a list on disk that no kill leaves half written."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.queue import FILE_NAME, LOCK_NAME, ExperimentQueue
from desktop_app.errors import RunError

VALUES = {"data": {"source": "digits"}}


def names(queue: ExperimentQueue) -> list[str]:
    return [each.name for each in queue]


def filled(folder: Path, *wanted: str) -> ExperimentQueue:
    queue = ExperimentQueue(folder)
    for name in wanted:
        queue.add({**VALUES, "name": name}, folder)
    return queue


def identity(queue: ExperimentQueue, name: str) -> str:
    return next(each.identity for each in queue if each.name == name)


def test_what_was_added_is_there_after_the_window_was_closed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    queue = ExperimentQueue(tmp_path / "runs")
    table = {"name": "a", "data": {"source": "table", "path": "points.csv", "target": "side"}}
    added = queue.add(table, tmp_path / "there")

    again = ExperimentQueue(tmp_path / "runs")

    assert list(again) == [added]
    assert again.waiting[0].experiment.data.path == str(tmp_path / "there" / "points.csv")
    assert not again.paused
    assert added.added.endswith("+00:00")


def test_nothing_is_written_before_something_is_queued(tmp_path: Path) -> None:
    assert list(ExperimentQueue(tmp_path / "runs")) == []
    assert not (tmp_path / "runs").exists()


def test_a_paused_queue_stays_paused(tmp_path: Path) -> None:
    queue = filled(tmp_path, "a")
    queue.paused = True
    assert ExperimentQueue(tmp_path).paused
    queue.paused = False
    assert not ExperimentQueue(tmp_path).paused


@given(
    count=st.integers(1, 6),
    moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-7, 7)), max_size=8),
)
def test_moving_changes_the_order_and_loses_nothing(
    count: int, moves: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("queue")
    expected = [f"e{place}" for place in range(count)]
    queue = filled(folder, *expected)
    for place, by in moves:
        name = f"e{place % count}"
        queue.move(identity(queue, name), by)
        at = expected.index(name)
        expected.remove(name)
        expected.insert(min(max(at + by, 0), len(expected)), name)
        assert names(queue) == expected
    assert names(ExperimentQueue(folder)) == expected


def test_what_has_begun_stands_before_what_waits_and_is_not_taken_out(tmp_path: Path) -> None:
    queue = filled(tmp_path, "a", "b", "c")
    second = identity(queue, "b")
    assert queue.begin(second)
    queue.note_run(second, "runs/b-1")
    assert names(queue) == ["b", "a", "c"]
    assert queue.running is not None
    assert (queue.running.name, queue.running.run) == ("b", "runs/b-1")
    queue.remove(second)
    queue.clear()
    assert names(queue) == ["b"]
    queue.end(second, "failed", reason="no memory")
    assert [(each.state, each.run, each.reason) for each in queue] == [("failed", "runs/b-1", "no memory")]
    queue.forget_ended()
    assert names(queue) == []


def test_what_was_cut_goes_on_and_what_failed_begins_anew(tmp_path: Path) -> None:
    queue = filled(tmp_path, "cut", "failed", "waits")
    for name, state in (("cut", "stopped"), ("failed", "failed")):
        queue.begin(identity(queue, name))
        queue.end(identity(queue, name), state, f"runs/{name}-1", "a reason")  # type: ignore[arg-type]
        queue.wait_again(identity(queue, name), anew=state == "failed")
    assert [(each.name, each.run, each.reason) for each in queue.waiting] == [
        ("waits", "", ""),
        ("cut", "runs/cut-1", ""),
        ("failed", "", ""),
    ]


def test_what_was_being_trained_at_a_kill_is_interrupted(tmp_path: Path) -> None:
    filled(tmp_path, "a", "b")
    begin_and_die = (
        "import os, pathlib, sys; from desktop_app.engine.queue import ExperimentQueue; "
        "queue = ExperimentQueue(pathlib.Path(sys.argv[1])); first = queue.waiting[0].identity; queue.begin(first); "
        "queue.note_run(first, 'runs/a-1'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", begin_and_die, str(tmp_path)], check=False, env=dict(os.environ))

    found = ExperimentQueue(tmp_path)

    assert [(each.name, each.state, each.run) for each in found] == [
        ("a", "interrupted", "runs/a-1"),
        ("b", "waiting", ""),
    ]


def test_two_windows_see_each_others_changes(tmp_path: Path) -> None:
    one, other = filled(tmp_path, "a"), ExperimentQueue(tmp_path)
    one.add({**VALUES, "name": "b"}, tmp_path)
    other.add({**VALUES, "name": "c"}, tmp_path)
    one.look()
    assert names(one) == names(other) == ["a", "b", "c"]
    one.begin(identity(one, "a"))
    other.look()
    assert other.running is not None  # this process is alive: it is not interrupted
    other.remove("nobody")
    other.end("nobody", "failed")
    assert other.find("nobody") is None


def add_some(folder: str, name: str) -> list[str]:
    queue = ExperimentQueue(Path(folder))
    return [queue.add({**VALUES, "name": f"{name}{number}"}, queue._file.parent).name for number in range(40)]


def test_processes_that_add_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        added = pool.starmap(add_some, [(str(tmp_path), "a"), (str(tmp_path), "b")])

    kept = names(ExperimentQueue(tmp_path))
    assert sorted(kept) == sorted(name for each in added for name in each)
    assert [name for name in kept if name.startswith("a")] == added[0]
    assert sorted(file.name for file in tmp_path.iterdir()) == [FILE_NAME, LOCK_NAME]


def test_what_has_begun_is_begun_by_nobody_else_and_nothing_beside_it(tmp_path: Path) -> None:
    one, other = filled(tmp_path, "a", "b"), ExperimentQueue(tmp_path)
    first, second = identity(one, "a"), identity(one, "b")
    assert one.begin(first)
    assert not other.begin(first)
    assert not other.begin(second)  # they are trained one after the other
    assert names(other) == ["a", "b"]
    other.wait_again(first, anew=True)
    assert other.running is not None
    one.end(first, "finished")
    assert not other.begin(first)
    assert not other.begin("nobody")
    assert other.begin(second)
    one.end(second, "finished")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_one_whose_end_could_not_be_written_down_is_interrupted_and_holds_nothing_up(tmp_path: Path) -> None:
    import resource

    queue = filled(tmp_path, "a", "b")
    first, second = identity(queue, "a"), identity(queue, "b")
    queue.begin(first)
    queue.note_run(first, "runs/a-1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))  # stands for a full disk, which cannot be had here
    try:
        with pytest.raises(RunError, match=r"queue\.json cannot be written"):
            queue.end(first, "failed", reason="no room")
        with pytest.raises(RunError, match=r"queue\.json cannot be written"):
            queue.add(VALUES, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    for each in (queue, ExperimentQueue(tmp_path)):
        assert [(one.name, one.state, one.run) for one in each] == [
            ("a", "interrupted", "runs/a-1"),
            ("b", "waiting", ""),
        ]
    assert queue.begin(second)
    queue.forget_ended()
    assert names(queue) == ["b"]
    queue.end(second, "finished")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"form": 2, "paused": false, "experiments": []}',
        '{"form": 1, "paused": false, "experiments": [{}]}',
        '{"form": 1, "paused": false, "experiments": [3]}',
        "[" * 100_000,
    ],
)
def test_a_broken_file_is_said_and_not_written_over(content: str, tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(content)
    with pytest.raises(RunError, match=r"queue\.json cannot be read: .* Move the file away"):
        ExperimentQueue(tmp_path)
    assert file.read_text() == content


def test_an_entry_that_is_none_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, "a")
    file = tmp_path / FILE_NAME
    for key, value in (("state", "sleeping"), ("values", []), ("run", 5)):
        content = json.loads(file.read_text())
        content["experiments"][0][key] = value
        (tmp_path / key).mkdir()
        (tmp_path / key / FILE_NAME).write_text(json.dumps(content))
        with pytest.raises(RunError, match="an entry is"):
            ExperimentQueue(tmp_path / key)


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(RunError, match=r"queue\.json cannot be written"):
        ExperimentQueue(tmp_path / "runs").add(VALUES, tmp_path)
