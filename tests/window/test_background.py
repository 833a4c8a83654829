from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.errors import DataError
from desktop_app.window.background import Background, sentence


def test_a_result_arrives_on_the_windows_thread(qtbot: QtBot) -> None:
    background, found = Background(), []
    background.run(
        "place", threading.get_ident, lambda ident: found.append((ident, threading.get_ident())), found.append
    )
    qtbot.waitUntil(lambda: bool(found))
    [(worker, arrived)] = found
    assert arrived == threading.get_ident() != worker
    background.join()


def test_an_error_arrives_as_it_was_raised(qtbot: QtBot) -> None:
    background, found = Background(), []

    def fail() -> None:
        raise DataError("There is no folder.")

    background.run("place", fail, found.append, found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert isinstance(found[0], DataError)
    assert sentence(found[0]) == "There is no folder."
    background.join()


def test_a_newer_job_throws_the_older_ones_result_away(qtbot: QtBot) -> None:
    background, found, gate = Background(), [], threading.Event()
    background.run("place", lambda: gate.wait(10) and "old", found.append, found.append)
    background.run("place", lambda: "new", found.append, found.append)
    qtbot.waitUntil(lambda: bool(found))
    gate.set()
    background.join()
    qtbot.wait(50)
    assert found == ["new"]


def test_joining_waits_for_every_thread_and_hands_nothing_over(qtbot: QtBot) -> None:
    background, found, ran = Background(), [], threading.Event()
    background.run("place", ran.set, found.append, found.append)
    background.join()
    assert ran.is_set()
    qtbot.wait(50)
    assert found == []


def test_a_bug_is_called_a_bug(caplog: pytest.LogCaptureFixture) -> None:
    assert "unexpected" in sentence(KeyError("x"))


def test_after_the_end_nothing_is_started_any_more() -> None:
    background, ran = Background(), []
    background.join()
    background.run("data", lambda: ran.append(1), ran.append, ran.append)
    background.join()
    assert ran == []
    assert not background.busy("data")
