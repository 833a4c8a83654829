"""The article's recipe from end to end: VGG16 from a file of weights, eight pictures, both stages.

Weights drawn at random under timm's names stand in for the hub's, which cannot be had without a network. Writes one
line of JSON for each kind of file: the seconds, how many weights learn in each stage, and the export's parity.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image
from safetensors.torch import save_file

from desktop_app import Experiment
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.prepare import prepare
from desktop_app.engine.stage import StageMaker
from desktop_app.engine.train import train
from desktop_app.reading.resources import resource_file
from desktop_app.registry import load_plugins

CLASSES = ("stripes", "spots")
PICTURES = 4
"""A class."""


def main() -> None:
    """Run the recipe from a ``.safetensors`` and from a ``.pth`` file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _draw_pictures(folder / "pictures")
        torch.manual_seed(0)
        weights = timm.create_model("vgg16").state_dict()
        for file in ("vgg16.safetensors", "vgg16.pth"):
            save_file(weights, folder / file) if file.endswith("safetensors") else torch.save(weights, folder / file)
            sys.stdout.write(json.dumps({"weights": file, **_run(folder, file, weights)}) + "\n")
            (folder / file).unlink()


def _run(folder: Path, file: str, weights: dict[str, torch.Tensor]) -> dict[str, object]:
    registry = load_plugins()
    experiment = Experiment.load(resource_file("experiments/article_vgg16.toml"))
    for key, value in {
        "data.path": str(folder / "pictures"),
        "data.validation": 0.25,
        "model.weights": str(folder / file),
        "training.epochs": 1,
        "fine_tuning.epochs": 1,
    }.items():
        experiment = experiment.with_value(key, value)
    job = prepare(experiment, registry)
    maker = StageMaker(job, lambda phase, done, total: None, dict.fromkeys(range(99), False))
    learns = {plan.name: sum(weight.numel() for _, weight in maker.make(plan).parameters) for plan in job.stages}
    began = time.monotonic()
    run = train(experiment, out=folder / "runs")
    seconds = time.monotonic() - began
    after = run.load_model("last", registry).network.state_dict()
    convolutions = [name for name in weights if name.startswith("features.")]
    ours = [name for name in after if name.startswith("blocks.")]
    moved = [name for name, mine in zip(convolutions, ours, strict=True) if not torch.equal(weights[name], after[mine])]
    parity = export_run(run, registry=registry).parity
    return {
        "seconds": round(seconds, 1),
        "learning": learns,
        "changed": moved,
        "result": {key: run.result[key] for key in ("status", "epochs", "train_loss", "val_accuracy")},
        "parity": dataclasses.asdict(parity),
    }


def _draw_pictures(folder: Path) -> None:
    random = np.random.default_rng(0)
    for place, name in enumerate(CLASSES):
        (folder / name).mkdir(parents=True)
        for number in range(PICTURES):
            noise = random.integers(0, 120, (240, 240, 3), dtype=np.uint8)
            noise[:: 8 * (place + 1)] += 120
            Image.fromarray(noise).save(folder / name / f"{number}.png")


if __name__ == "__main__":
    main()
