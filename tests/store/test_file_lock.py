"""One process at a time has a lock, and none that is gone has one."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.store.file_lock import locked

HOLDER = """
import sys
from pathlib import Path
from desktop_app.store.file_lock import locked

with locked(Path(sys.argv[1]), 60):
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_had_once_and_ends_with_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"locked"
        with pytest.raises(TimeoutError), locked(file, 0):
            pass
        process.kill()

    with locked(file, 0):
        pass
    assert [(each.name, each.stat().st_size) for each in tmp_path.iterdir()] == [("lock", 0)]


def test_a_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), locked(file, 0):
        raise ZeroDivisionError
    with locked(file, 0), pytest.raises(TimeoutError), locked(file, 0):
        pass


def test_where_there_can_be_no_lock_the_system_says_why(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="unable to open database file"), locked(tmp_path / "nowhere" / "lock", 0):
        pass
