"""The repository, and copies of it that tests may spoil."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("desktop_app", "plugins", "resources", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the repository."""
    return ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of all that is built and linted."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path
