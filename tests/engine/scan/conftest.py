"""A folder of pictures to spoil, and a scan of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scenes import scene

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.scan import Finding, scan
from desktop_app.registry import Registry

Scan = Callable[..., dict[str, Finding]]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with two classes of ten different pictures."""
    for place in range(20):
        folder = tmp_path / "photos" / ("cat", "dog")[place % 2]
        folder.mkdir(parents=True, exist_ok=True)
        scene(place).save(folder / f"{place:02}.png")
    return tmp_path / "photos"


@pytest.fixture
def found(registry: Registry) -> Scan:
    """Return a function that scans a folder or table, without the labels, and gives its findings by code."""

    def scan_path(path: Path, **data: object) -> dict[str, Finding]:
        source = "table" if path.suffix == ".csv" else "image_folder"
        experiment = Experiment.from_dict({"data": {"source": source, "path": str(path), **data}})
        return {finding.code: finding for finding in scan(experiment, registry, quick=True).findings}

    return scan_path
