"""A convolutional network from scratch on Fashion-MNIST: accuracy on the official test split, and the time it takes.

Run: python tests/benchmarks/fashion_mnist.py [--data FOLDER] [--every 5] [--epochs 3] [--set KEY=VALUE ...]

``FOLDER`` holds the four .gz files, as Debian's dataset-fashion-mnist installs them. The test pictures are looked at
once, at the end: epochs are judged on 3,000 pictures kept apart from the 60,000. With ``--every`` above 1 it is a trial
on a part of the pictures, and nothing is written down.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import write_measured

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.registry import Registry

HOME = Path(tempfile.mkdtemp(prefix="downslope-benchmark-"))
os.environ["DOWNSLOPE_HOME"] = str(HOME)
DEBIAN = "/usr/share/datasets/fashion-mnist"
SOURCES = Path(__file__).parent / "data_sources"
# The bar that the run is held to.
ACCURACY, MINUTES = 0.92, 30
SETTINGS: dict[str, Any] = {
    "name": "fashion-mnist",
    "data": {"source": {"name": "fashion_mnist"}, "validation": 0.05, "image_size": 28, "augment": "light"},
    "model": {"kind": "cnn", "layers": [32, 64, 128], "dropout": 0.2},
    "training": {
        "epochs": 16,
        "batch_size": 128,
        "optimizer": {"name": "adam", "lr": 0.003},
        "schedule": "one_cycle",
        "label_smoothing": 0.05,
        "ema_decay": 0.99,
    },
}
_BATCH = 500


def accuracy_on_the_test_split(run: Run, registry: Registry) -> float:
    """Return the share of the test pictures that the kept model names rightly."""
    data = run.experiment.data
    source = data.source.model_copy(update={"part": "test", "every": 1})
    tested = run.experiment.model_copy(update={"data": data.model_copy(update={"source": source})})
    samples = load_samples(tested, registry)
    model = run.load_model("best", registry)
    right = 0
    with torch.no_grad():
        for start in range(0, len(samples), _BATCH):
            raw = torch.from_numpy(np.ascontiguousarray(samples.items[start : start + _BATCH]))  # type: ignore[index]
            found = model.logits(raw).argmax(1).numpy()
            right += int((found == samples.labels[start : start + _BATCH]).sum())
    return right / len(samples)


def main() -> None:
    """Train, test, and write what was measured."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", default=DEBIAN)
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--epochs", type=int)
    arguments.add_argument("--threads", type=int, default=0)
    arguments.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = arguments.parse_args()
    experiment = Experiment.from_dict(SETTINGS).with_value("data.path", given.data)
    experiment = experiment.with_value("data.source.every", given.every).with_value("training.threads", given.threads)
    if given.epochs:
        experiment = experiment.with_value("training.epochs", given.epochs)
    for pair in given.set:
        key, _, value = pair.partition("=")
        experiment = experiment.with_value(key, tomllib.loads(f"value = {value}")["value"])
    registry = desktop_app.load_plugins(user_folder=SOURCES)
    began = time.monotonic()
    run = desktop_app.train(experiment, HOME / "runs", registry)
    minutes = (time.monotonic() - began) / 60
    figures = {
        "test_accuracy": round(accuracy_on_the_test_split(run, registry), 4),
        "validation_accuracy": round(run.result["best"]["val_accuracy"], 4),
        "minutes": round(minutes, 1),
        "samples_per_second": run.result["samples_per_second"],
        "bars": {"test_accuracy": ACCURACY, "minutes": MINUTES},
    }
    if given.every > 1:
        sys.stdout.write(f"{json.dumps(figures)}\n")
        return
    settings = {name: run.experiment.to_dict()[name] for name in ("data", "model", "training")}
    settings["data"].pop("path")
    write_measured("fashion_mnist", "python tests/benchmarks/fashion_mnist.py", {**figures, "settings": settings})
    if figures["test_accuracy"] < ACCURACY or minutes > MINUTES:
        sys.exit("fashion_mnist: a bar was missed")


if __name__ == "__main__":
    main()
