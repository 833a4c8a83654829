"""What every test has: a home of its own, one registry a process, and no window on a real screen."""

import os
import warnings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Two processes test side by side: with all threads each they wait for one another, ten times as long in small steps.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Give each test user folders of its own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("DOWNSLOPE_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory):
    """Return the built-in plugins, loaded once a process."""
    from desktop_app.registry import load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_plugins(user_folder=tmp_path_factory.mktemp("no-plugins"))
