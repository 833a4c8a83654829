"""What the trackers' tests share: the description of a run in a folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.api import RunDescription

EXPERIMENT = {
    "name": "stamps",
    "data": {"source": "digits", "validation": 0.25, "columns": ["a", "b"]},
    "training": {"epochs": 2, "optimizer": {"name": "adam", "lr": 0.01}, "instruments": True},
}


@pytest.fixture
def describe(tmp_path: Path) -> Callable[..., RunDescription]:
    """Return what makes a run's folder and its description."""

    def made(name: str = "stamps-1", out: str = "runs") -> RunDescription:
        folder = tmp_path / out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "experiment.toml").write_text('name = "stamps"\n', encoding="utf-8")
        return RunDescription("stamps", folder, EXPERIMENT, "rows of 64 columns to 10 classes: 0 and more", "cpu")

    return made
