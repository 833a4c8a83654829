"""A plugin that hangs or ends its process is named, and whoever checks it goes on."""

import re
import threading
from pathlib import Path

import psutil
import pytest

from desktop_app.errors import PluginError
from desktop_app.registry.conformance import Check, check_apart, check_plugin

BROKEN = Path(__file__).parents[2] / "helpers" / "broken_plugins"
GOOD = """
import torch
from desktop_app.api import Activation, hookimpl

@hookimpl
def register_activations():
    return Activation("softened", torch.nn.Softsign)
"""
SECONDS = 3.0


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """Fail a test that leaves a process or a thread behind."""
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before
    assert [thread.name for thread in threading.enumerate() if thread.name == "downslope-check"] == []


def last(name: str, seconds: float = SECONDS) -> tuple[Check, list[Check]]:
    *before, end = check_apart(BROKEN / f"{name}.py", seconds)
    return end, before


def test_an_import_that_never_ends_is_named_with_its_line() -> None:
    end, before = last("endless_import")

    assert before == []
    assert (end.check, end.passed) == ("imports cleanly", False)
    # Either line of the loop.
    assert re.fullmatch(
        r"it did not end within 3 seconds \(an endless loop in line [34]\?\); no more was checked", end.detail
    )


def test_a_step_that_never_ends_is_named_with_its_line() -> None:
    end, before = last("endless_step", 10.0)

    assert all(check.passed for check in before)
    assert end.check == "converges on toy problems"
    assert re.search(r"within 10 seconds \(an endless loop in line 1[34]\?\)", end.detail)


def test_a_process_that_the_plugin_ends_is_named_with_its_status() -> None:
    end, before = last("ends_at_once")

    assert before == []
    assert end == Check("imports cleanly", False, "it ended the whole program (exit status 3)")


def test_a_crash_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "crashing.py"
    file.write_text("import ctypes\n\nctypes.string_at(0)\n", encoding="utf-8")

    (end,) = check_apart(file, SECONDS)

    assert not end.passed
    assert end.detail == "it crashed the whole program (Segmentation fault in line 3)"


def test_a_good_plugin_passes_the_same_checks_apart_as_here(tmp_path: Path) -> None:
    file = tmp_path / "softened.py"
    file.write_text(GOOD, encoding="utf-8")

    assert list(check_apart(file)) == list(check_plugin(file))


def test_who_has_seen_enough_may_leave(tmp_path: Path) -> None:
    file = tmp_path / "softened.py"
    file.write_text(GOOD, encoding="utf-8")
    checks = check_apart(file)

    assert next(checks).passed
    checks.close()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("no/such/file.py", "There is no plugin at "),
        ("adamm", 'There is no plugin "adamm", and no such file. Did you mean "adam"?'),
        ("_hidden.py", 'the name of no plugin starts with "_". Rename it.'),
        ("empty", "is no plugin: a folder is one where it holds an __init__.py"),
        ("notes.txt", "is no plugin: a plugin is a Python file, whose name ends in .py"),
    ],
)
def test_what_is_no_plugin_is_refused_with_a_sentence(
    target: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "_hidden.py").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(PluginError, match=r"\.$") as refused:
        next(check_apart(target))

    assert said in str(refused.value)
