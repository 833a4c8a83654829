"""A user's plugin folder that tests write into, and a way to load what lies there."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.registry import PluginRecord, Registry, load_plugins

HEAD = """
import torch
from desktop_app.api import Activation, Optimizer, hookimpl
"""


@pytest.fixture
def folder(home: Path, registry: Registry) -> Path:
    """Return the user's plugin folder, where nothing lies yet. The built-in plugins have been imported before."""
    made = home / "plugins"
    made.mkdir()
    return made


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    """Return a writer of plugin files: name and body, below the usual imports."""

    def write_plugin(name: str, body: str) -> Path:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD + textwrap.dedent(body), encoding="utf-8")
        return file

    return write_plugin


@pytest.fixture
def record_of(folder: Path) -> Callable[[str], PluginRecord]:
    """Return a loader of everything that gives the record of one plugin."""

    def load(name: str) -> PluginRecord:
        found = [record for record in load_plugins().plugins if record.source == "user" and record.name == name]
        assert len(found) == 1, [record.name for record in found]
        return found[0]

    return load
