"""Where the person's own files lie."""

from pathlib import Path

import platformdirs
import pytest

from desktop_app.folders import user_folders


def test_one_variable_moves_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOWNSLOPE_HOME", str(tmp_path))

    folders = user_folders()

    below = {name: tmp_path / name for name in ("plugins", "cache", "logs", "runs")}
    assert vars(folders) == {**below, "settings": tmp_path}
    assert list(tmp_path.iterdir()) == []  # asking makes none of them


def test_a_relative_home_is_taken_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOWNSLOPE_HOME", "mine")

    assert user_folders().runs == tmp_path / "mine" / "runs"


@pytest.mark.parametrize("unset", [True, False])
def test_otherwise_they_lie_where_the_system_has_them(monkeypatch: pytest.MonkeyPatch, unset: bool) -> None:
    if unset:
        monkeypatch.delenv("DOWNSLOPE_HOME")
    else:
        monkeypatch.setenv("DOWNSLOPE_HOME", "")

    folders = user_folders()

    assert folders.plugins == platformdirs.user_data_path("Downslope", appauthor=False) / "plugins"
    assert folders.cache == platformdirs.user_cache_path("Downslope", appauthor=False)
    assert len(set(vars(folders).values())) == 5
