from __future__ import annotations

import os
from pathlib import Path

import pytest
from scenes import scene

from desktop_app.engine.scan.known import Known


class CancelledError(Exception):
    pass


def test_only_new_and_changed_files_are_looked_at_again(photos: Path) -> None:
    files = sorted(photos.rglob("*.png"))
    known, told = Known(), []
    first = known.look_at_all(files, lambda _phase, done, total: told.append((done, total)))
    told.clear()
    scene(99).save(files[3])
    os.utime(files[3], ns=(1, 1))
    again = known.look_at_all(files[1:], lambda _phase, done, total: told.append((done, total)))

    assert told == [(1, 1)]
    assert [new is old for new, old in zip(again, first[1:], strict=True)] == [True, True, False] + [True] * 16


def test_a_scan_that_is_cancelled_stops_at_once_and_leaves_what_it_saw(photos: Path) -> None:
    files = sorted(photos.rglob("*.png"))
    known = Known()

    def cancel(_phase: str, done: int, _total: int) -> None:
        if done == 5:
            raise CancelledError

    with pytest.raises(CancelledError):
        known.look_at_all(files, cancel)
    told: list[int] = []
    known.look_at_all(files, lambda _phase, done, _total: told.append(done))

    assert len(told) == 15


def test_a_file_that_is_gone_is_a_problem_of_that_file(photos: Path) -> None:
    looks = Known().look_at_all([photos / "cat" / "00.png", photos / "cat" / "gone.png"], lambda *_: None)

    assert looks[0].problem is None
    assert looks[1].problem == "does not exist"
