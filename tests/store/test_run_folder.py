"""Run folders: their names, and what is known of a run whose process is gone."""

import json
import multiprocessing
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.errors import RunError
from desktop_app.store.metrics import MetricsWriter
from desktop_app.store.run_folder import RunFolder
from desktop_app.store.who_trains import release, take, this_process


@given(st.text(max_size=200))
@example("a/b\\c")
@example("../../etc/passwd")
@example("x" * 200)
@example("\U0001d49c" * 200)  # letters of four bytes each
@example("...")
@example("")
@example("nul\0byte\n")
@example("-rf")
@settings(deadline=None, max_examples=60)
def test_any_name_makes_a_folder_directly_below(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    out = tmp_path_factory.mktemp("out")

    first, second = RunFolder.create(out, name), RunFolder.create(out, name)

    assert [path.name for path in out.iterdir()] in (
        [first.path.name, second.path.name],
        [second.path.name, first.path.name],
    )
    assert first.path.parent == out
    assert re.fullmatch(r"[\w][\w.-]*-1", first.path.name)
    assert second.path.name == first.path.name[:-1] + "2"


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("stamps", "stamps-1"),
        ("stamps.v2_b", "stamps.v2_b-1"),
        ("my stamps", "my-stamps-1"),
        ("Bäume", "Bäume-1"),
        ("Ba\u0308ume", "Bäume-1"),  # decomposed, as macOS spells it
        ("../up", "up-1"),
        ("///", "run-1"),
    ],
)
def test_a_run_is_named_after_its_experiment(tmp_path: Path, name: str, folder: str) -> None:
    assert RunFolder.create(tmp_path, name).path == tmp_path / folder


def test_the_first_free_number_is_taken(tmp_path: Path) -> None:
    (tmp_path / "stamps-1").mkdir()
    (tmp_path / "stamps-2").write_text("a file")

    assert RunFolder.create(tmp_path, "stamps").path.name == "stamps-3"


def test_the_folder_is_absolute_and_its_parents_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert RunFolder.create(Path("deep/down"), "stamps").path == tmp_path / "deep" / "down" / "stamps-1"


def test_where_no_folder_can_be_made_one_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RunError, match=r"No run can be written to .*below: .+\."):
        RunFolder.create(tmp_path / "file" / "below", "stamps")


def create_some(out: str) -> list[str]:
    return [str(RunFolder.create(Path(out), "same").path) for _ in range(20)]


def test_processes_that_create_the_same_name_never_share_a_folder(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = [path for paths in pool.map(create_some, [str(tmp_path)] * 2) for path in paths]

    assert len(set(made)) == 40
    assert {Path(path).name for path in made} == {f"same-{number}" for number in range(1, 41)}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder.create(tmp_path, "stamps")
    folder.experiment.write_text("")
    MetricsWriter(folder.metrics).close()
    return folder


def write_state(run: RunFolder, **state: Any) -> None:
    writer = MetricsWriter(run.metrics)
    for key, value in state.items():
        writer.set_state(key, value)
    writer.close()


def test_a_run_is_opened_by_its_folder(run: RunFolder) -> None:
    assert RunFolder.open(str(run.path)) == run


@pytest.mark.parametrize("missing", ["experiment.toml", "metrics.sqlite"])
def test_a_folder_that_is_no_run_is_refused(run: RunFolder, missing: str) -> None:
    (run.path / missing).unlink()

    with pytest.raises(RunError, match=r"is not a run: experiment\.toml or metrics\.sqlite is missing\."):
        RunFolder.open(run.path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="There is no run folder"):
        RunFolder.open(tmp_path / "gone")


def test_a_run_of_this_process_is_running_for_as_long_as_it_has_it_under_way(run: RunFolder, tmp_path: Path) -> None:
    write_state(run, process=this_process(), status="running")
    (tmp_path / "link").symlink_to(run.path)

    assert take(run.path)
    assert run.state()["status"] == "running"
    assert RunFolder(tmp_path / "link").state()["status"] == "running"
    release(run.path)

    assert run.state()["status"] == "interrupted"


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="this system has no zombies")
def test_a_run_whose_process_was_killed_is_interrupted_even_before_its_parent_knows(run: RunFolder) -> None:
    program = (
        "import json, sys, time\nfrom desktop_app.store.who_trains import this_process\n"
        "print(json.dumps(this_process()), flush=True)\nsys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        write_state(run, process=json.loads(process.stdout.readline()), status="running")
        assert run.state()["status"] == "running"

        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet asked for: a zombie

        assert run.state()["status"] == "interrupted"
    finally:
        process.wait()
        process.stdout.close()
        process.stdin.close()
    assert run.state()["status"] == "interrupted"


def test_a_run_that_has_ended_keeps_its_word(run: RunFolder) -> None:
    write_state(run, process={"pid": 2**22 + 1, "created": 0.0}, status="failed", reason="It is too dark.")

    assert run.state()["status"] == "failed"
    assert run.state()["reason"] == "It is too dark."


def test_plain_values_come_back_and_nothing_else_is_left(run: RunFolder) -> None:
    run.write_json(run.task, {"classes": ["ä", "b"], "input": None})
    run.write_json(run.task, {"classes": ["ä"]})

    assert run.read_json(run.task) == {"classes": ["ä"]}
    assert sorted(file.name for file in run.path.iterdir()) == ["experiment.toml", "metrics.sqlite", "task.json"]


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff\xfe"])
def test_plain_values_that_are_missing_or_broken_get_one_sentence(run: RunFolder, content: bytes | None) -> None:
    if content is not None:
        run.split.write_bytes(content)

    with pytest.raises(RunError, match=r"split\.json cannot be read; the run is incomplete\."):
        run.read_json(run.split)
