"""``downslope plugins list``, ``enable`` and ``disable``."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.command import main
from desktop_app.registry import load_plugins

RULE = """
import torch
from desktop_app.api import Optimizer, hookimpl

__version__ = "2.1"


@hookimpl
def register_optimizers():
    return Optimizer("{name}", torch.optim.SGD)
"""

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a runner of commands that gives the status, the JSON object or the text, and what was said."""

    def run_command(*arguments: str) -> tuple[int, Any, str]:
        capsys.readouterr()
        status = main(list(arguments))
        shown, said = capsys.readouterr()
        return status, json.loads(shown.splitlines()[-1]) if "--json" in arguments else shown, said

    return run_command


@pytest.fixture
def folder(home: Path) -> Path:
    made = home / "plugins"
    made.mkdir()
    return made


def rows(shown: Any, name: str) -> list[dict[str, Any]]:
    return [row for row in shown["plugins"] if row["name"] == name]


def test_a_disabled_plugin_is_not_imported_and_comes_back(run: Run, folder: Path) -> None:
    file = folder / "steep.py"
    trace = folder / "trace"
    file.write_text(f"open({str(trace)!r}, 'a').close()\n" + RULE.format(name="steep"), encoding="utf-8")

    status, shown, _ = run("plugins", "disable", "steep", "--json")

    assert status == 0
    assert rows(shown, "steep")[0]["status"] == "disabled"
    trace.unlink()
    _, shown, _ = run("plugins", "list", "--json")
    (row,) = rows(shown, "steep")
    assert (row["status"], row["kind"], row["source"], row["error"]) == ("disabled", "optimizer", "user", None)
    assert not trace.exists()
    assert "steep" not in load_plugins().optimizers

    status, shown, _ = run("plugins", "enable", "steep", "--json")

    assert (status, rows(shown, "steep")[0]["status"]) == (0, "ok")
    assert rows(shown, "steep")[0]["version"] == "2.1"
    assert "steep" in load_plugins().optimizers


def test_what_an_experiment_names_is_said_to_be_disabled(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "steep.py").write_text(RULE.format(name="steep"), encoding="utf-8")
    file = tmp_path / "experiment.toml"
    file.write_text('[data]\nsource = "digits"\n[training]\noptimizer = "steep"\n', encoding="utf-8")
    run("plugins", "disable", "steep")

    status, _, said = run("train", str(file), "--out", str(tmp_path / "runs"))

    assert status == 2
    assert said == (
        'training.optimizer: there is no optimizer "steep". The plugin steep has it; it is disabled. '
        "To use it again: downslope plugins enable steep\n"
    )


def test_a_name_that_nothing_has_is_answered_with_the_nearest(run: Run) -> None:
    status, _, said = run("plugins", "disable", "adm")

    assert status == 1
    assert said == 'There is no plugin "adm". Did you mean "adam"? To see them all: downslope plugins list\n'


def test_a_plugin_is_found_by_what_it_contributes_too(run: Run, folder: Path) -> None:
    (folder / "my_rules.py").write_text(RULE.format(name="steep"), encoding="utf-8")

    _, shown, _ = run("plugins", "disable", "steep")

    assert shown == f"The user plugin my_rules is disabled ({folder / 'my_rules.py'}).\n"
    assert run("plugins", "enable", "steep")[0] == 0
    assert "steep" in load_plugins().optimizers


def test_of_two_plugins_with_one_name_the_users_is_meant_and_the_source_says_otherwise(run: Run, folder: Path) -> None:
    (folder / "adam.py").write_text(RULE.format(name="mine"), encoding="utf-8")

    run("plugins", "disable", "adam")
    run("plugins", "disable", "adam")

    optimizers = load_plugins().optimizers
    assert "mine" not in optimizers
    assert "adam" in optimizers

    run("plugins", "disable", "built-in:adam")

    assert "adam" not in load_plugins().optimizers
    run("plugins", "enable", "built-in:adam")
    assert "adam" in load_plugins().optimizers


def test_disabling_helps_against_a_file_that_takes_the_program_along(run: Run, folder: Path) -> None:
    (folder / "leaves.py").write_text("import os\nos._exit(3)", encoding="utf-8")
    _, shown, _ = run("plugins", "list", "--json")
    assert rows(shown, "leaves")[0]["error"] == "its import ended the whole program (exit status 3)"

    _, shown, _ = run("plugins", "disable", "leaves", "--json")

    assert rows(shown, "leaves")[0]["status"] == "disabled"
    status, shown, _ = run("plugins", "enable", "leaves")
    assert status == 0
    assert "is enabled, and fails" in shown


def test_settings_that_cannot_be_written_are_said_in_a_sentence(run: Run, home: Path) -> None:
    (home / "disabled_plugins.json").mkdir()

    status, _, said = run("plugins", "disable", "adam")

    assert status == 1
    assert said.startswith("Which plugins are disabled could not be written to")
    assert "adam" in load_plugins().optimizers


def test_what_plugins_print_does_not_get_between_the_results(folder: Path, home: Path) -> None:
    (folder / "chatty.py").write_text("print('hello')\n" + RULE.format(name="chatty"), encoding="utf-8")

    listed = subprocess.run(
        [sys.executable, "-m", "desktop_app", "plugins", "list", "--json"],
        env={**os.environ, "DOWNSLOPE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert len(listed.stdout.splitlines()) == 1
    assert rows(json.loads(listed.stdout), "chatty")[0]["status"] == "ok"
    assert listed.stderr == "hello\n"


def test_a_replaced_built_in_says_by_whom(run: Run, folder: Path) -> None:
    (folder / "mine.py").write_text(RULE.format(name="lion"), encoding="utf-8")

    _, shown, _ = run("plugins", "list", "--json")

    states = {row["source"]: (row["plugin"], row["status"], row["error"]) for row in rows(shown, "lion")}
    assert states == {"built-in": ("lion", "replaced", None), "user": ("mine", "ok", None)}
    _, text, _ = run("plugins", "list")
    assert 'takes the place of its optimizer "lion".' in text
