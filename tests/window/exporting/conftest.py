"""Small runs to export, trained once a process; each test gets a copy to write into."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.train import train
from desktop_app.registry import Registry


@pytest.fixture(scope="session")
def shades_run(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    """Return a run on pictures of two classes, dark and light."""
    folder = tmp_path_factory.mktemp("shades")
    generator = np.random.default_rng(0)
    for name, middle in (("dark", 60), ("light", 190)):
        (folder / "data" / name).mkdir(parents=True)
        for place in range(12):
            pixels = generator.integers(middle - 40, middle + 40, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "data" / name / f"{place}.png")
    return _trained(
        folder,
        registry,
        data={"source": "image_folder", "path": str(folder / "data"), "image_size": 16},
        model={"kind": "cnn", "layers": [4]},
    )


@pytest.fixture(scope="session")
def houses_run(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    """Return a run that predicts a number from a table."""
    folder = tmp_path_factory.mktemp("houses")
    values = np.random.default_rng(0).normal(size=(80, 2))
    lines = [f"{rooms:.3f},{age:.3f},{100 + 20 * rooms - 5 * age:.2f}" for rooms, age in values]
    (folder / "houses.csv").write_text("rooms,age,price\n" + "\n".join(lines), encoding="utf-8")
    data = {"source": "table", "path": str(folder / "houses.csv"), "target": "price", "task": "regression"}
    return _trained(folder, registry, data=data, model={"layers": [4]})


@pytest.fixture
def shades(shades_run: Path, tmp_path: Path) -> Run:
    """Return a copy of the run on pictures."""
    return _copied(shades_run, tmp_path)


@pytest.fixture
def houses(houses_run: Path, tmp_path: Path) -> Run:
    """Return a copy of the run that predicts a number."""
    return _copied(houses_run, tmp_path)


def _trained(folder: Path, registry: Registry, **parts: object) -> Path:
    experiment = Experiment.from_dict({"name": folder.name, **parts, "training": {"epochs": 1, "threads": 1}})
    return train(experiment, folder / "runs", registry).folder


def _copied(run: Path, to: Path) -> Run:
    return Run.open(shutil.copytree(run, to / run.name))
