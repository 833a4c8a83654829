"""Small runs of each kind, exported and bundled once a process, and the bundle's own program run on them."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.bundle.writing import Bundle, write_bundle
from desktop_app.engine.export.exported import Exported
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.run import Run

COLOURS = {"blue & `soft`": (40, 60, 200), "grün": (40, 180, 70), "red": (200, 50, 40)}


@dataclass(frozen=True)
class Bundled:
    """A run with its export and its bundle; tests leave all of them as they are."""

    run: Run
    exported: Exported
    bundle: Bundle


@dataclass(frozen=True)
class Ran:
    """What a program of a bundle did."""

    status: int
    out: str
    err: str
    rows: list[dict]


def coloured_pictures(folder: Path) -> Path:
    """Write ten JPEGs of each colour; every other one lies on its side and says so in its notes."""
    generator = np.random.default_rng(0)
    for label, colour in COLOURS.items():
        (folder / label).mkdir(parents=True)
        for number in range(10):
            noise = generator.normal(0, 25, (40 + number, 61, 3))
            pixels = np.clip(noise + colour, 0, 255).astype(np.uint8)
            notes = Image.Exif()
            notes[0x0112] = 6 if number % 2 else 1
            notes[0x013B] = "Somebody's name"
            Image.fromarray(pixels).save(folder / label / f"{number}.jpg", quality=92, exif=notes)
    return folder


def orders(path: Path, rows: int = 90) -> Path:
    """Write a table with numbers, words, dates with times, and gaps; what decides is the amount and the colour."""
    generator = np.random.default_rng(1)
    lines = ["amount,colour,code,bought,verdict"]
    for place in range(rows):
        good = place % 2
        amount = generator.normal(3 if good else -3, 1.0)
        colour = ("red", "blue")[good] if place % 5 else "1.50"
        code = f"{place % 3:03d}"
        bought = f"20{10 + place % 15}-{1 + place % 12:02d}-{1 + place % 28:02d} {place % 24:02d}:30"
        shown = "" if place % 11 == 0 else f"{amount:.3f}"
        lines.append(f"{shown},{colour},{code},{'' if place % 13 == 0 else bought},{('bad', 'good')[good]}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _experiment(kind: str, folder: Path) -> Experiment:
    training = {"epochs": 8, "batch_size": 8, "threads": 1, "optimizer": {"name": "adam", "lr": 0.02}}
    if kind == "pictures":
        data = {"source": "image_folder", "path": str(coloured_pictures(folder / "photos")), "image_size": 24}
        content = {"data": data, "model": {"kind": "cnn", "layers": [4]}, "training": training}
    elif kind == "table":
        data = {"source": "table", "path": str(orders(folder / "orders.csv")), "target": "verdict"}
        content = {"data": data, "model": {"layers": [8]}, "training": training}
    else:
        data = {"source": "table", "path": str(orders(folder / "orders.csv")), "target": "amount", "unreadable": "skip"}
        content = {"data": data, "model": {"layers": [8]}, "training": training}
    return Experiment.from_dict({"name": f"my {kind}", **content})


@pytest.fixture(scope="session")
def bundled(train, all_plugins, tmp_path_factory):
    """Return a run of a kind (pictures, table, number) with its bundle, made when first asked for."""
    found: dict[str, Bundled] = {}

    def get(kind: str) -> Bundled:
        if kind not in found:
            folder = tmp_path_factory.mktemp(kind)
            run = train(_experiment(kind, folder), folder).run
            exported = export_run(run, None, all_plugins)
            found[kind] = Bundled(run, exported, write_bundle(run, exported, folder / "bundle", all_plugins))
        return found[kind]

    return get


OPTIONS = {
    "any size": ExportOptions(any_size=True),
    "for a pipeline": ExportOptions(logits=True, layout="nchw", pixels="float32"),
}


@pytest.fixture(scope="session")
def bundled_otherwise(bundled, all_plugins, tmp_path_factory):
    """Return the bundle of the run of pictures exported with other options, made when first asked for."""
    found: dict[str, Bundled] = {}

    def get(name: str) -> Bundled:
        if name not in found:
            run, folder = bundled("pictures").run, tmp_path_factory.mktemp("otherwise")
            exported = export_run(run, folder / "other.onnx", all_plugins, options=OPTIONS[name])
            found[name] = Bundled(run, exported, write_bundle(run, exported, folder / "bundle", all_plugins))
        return found[name]

    return get


@pytest.fixture
def run_program(tmp_path):
    """Return what runs a program of a bundle as somebody would, in a folder of its own, and reads what it wrote."""

    def run(folder: Path, *arguments: object, program: str = "predict.py", python: str = sys.executable) -> Ran:
        answers = tmp_path / "answers.json"
        extra = ["--json", str(answers)] if program == "predict.py" else []
        done = subprocess.run(
            [python, "-W", "error", str(folder / program), *map(str, arguments), *extra],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        rows = json.loads(answers.read_text(encoding="utf-8")) if answers.is_file() else []
        return Ran(done.returncode, done.stdout, done.stderr, rows)

    return run
