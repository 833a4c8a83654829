"""Which processes are still there, and what this one has under way."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop_app.store.who_trains import is_alive, is_another, is_training, release, take, this_process


@pytest.mark.parametrize(
    "process",
    [
        None,
        3,
        "me",
        {},
        {"pid": os.getpid()},
        {"pid": os.getpid(), "created": "yesterday"},
        {"pid": os.getpid(), "created": float("nan")},
        {"pid": os.getpid(), "created": this_process()["created"] - 60},  # an earlier one of the same number
        {"pid": -1, "created": 0.0},
        {"pid": 2**70, "created": 0.0},
        {"pid": "x", "created": 0.0},
    ],
)
def test_what_describes_no_living_process_is_not_alive(process: Any) -> None:
    assert not is_alive(process)


def test_this_process_trains_what_it_has_taken_and_nothing_else(tmp_path: Path) -> None:
    assert not is_training(this_process(), tmp_path)
    assert take(tmp_path)
    assert not take(tmp_path / ".." / tmp_path.name)
    assert is_training(this_process(), tmp_path)
    assert not is_training(this_process(), tmp_path / "below")
    release(tmp_path)
    release(tmp_path)
    assert not is_training(this_process(), tmp_path)
    assert is_alive(this_process())
    assert not is_another(this_process())


def test_another_process_is_believed_for_as_long_as_it_lives(tmp_path: Path) -> None:
    program = (
        "import json, sys; from desktop_app.store.who_trains import this_process; "
        "print(json.dumps(this_process()), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        other = json.loads(process.stdout.readline())
        assert is_another(other)
        assert is_training(other, tmp_path)
        process.kill()
    assert not is_training(other, tmp_path)
