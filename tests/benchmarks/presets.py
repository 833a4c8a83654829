"""How well each preset learns a folder of pictures, over many splits, beside a linear classifier on the same features.

Run: python tests/benchmarks/presets.py --pictures FOLDER [--splits N] [--size PIXELS] [--presets fast,balanced,best]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from measuring import write_measured

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.presets import PRESETS
from desktop_app.engine.preview import load_samples, with_preset

LINEAR = {"model": {"head": []}, "training": {"epochs": 30}}


def seeded(content: dict[str, Any], seed: int) -> Experiment:
    """Return the experiment with its split and its training drawn from ``seed``."""
    data = {**content["data"], "seed": seed}
    return Experiment.from_dict({**content, "data": data, "training": {**content.get("training", {}), "seed": seed}})


def spread(results: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Return the last epochs' accuracies, and the mean of what is kept: the best epochs'."""
    last = [result["val_accuracy"] for result in results]
    return {
        "splits": len(last),
        "mean": round(statistics.mean(last), 4),
        "standard_deviation": round(statistics.pstdev(last), 4),
        "lowest": min(last),
        "highest": max(last),
        "mean_of_best_epochs": round(statistics.mean(result["best"]["val_accuracy"] for result in results), 4),
        "seconds_a_run": round(seconds / len(last), 1),
    }


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a folder with one sub-folder a class")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--size", type=int, help="of the pictures in pixels; the backbone's own where left out")
    parser.add_argument("--presets", default=",".join(PRESETS))
    parser.add_argument("--name", default="presets")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["DOWNSLOPE_HOME"] = home = tempfile.mkdtemp(prefix="downslope-presets-")
    registry = desktop_app.load_plugins()
    data: dict[str, Any] = {"source": "image_folder", "path": str(given.pictures.absolute())}
    if given.size:
        data["image_size"] = given.size
    transfer = {"data": data, "model": {"kind": "transfer"}}
    samples = load_samples(Experiment.from_dict(transfer), registry)
    recipes: dict[str, Any] = {"linear classifier, 30 epochs": LINEAR, "defaults": {}}
    recipes |= {name: name for name in PRESETS if name in given.presets.split(",")}
    figures: dict[str, Any] = {}
    for title, recipe in recipes.items():
        results = []
        began = time.monotonic()
        for seed in range(given.splits):
            own = {} if isinstance(recipe, str) else recipe
            experiment = seeded({**transfer, **own, "model": {"kind": "transfer", **own.get("model", {})}}, seed)
            if isinstance(recipe, str):
                experiment = with_preset(recipe, experiment, registry, samples)  # type: ignore[arg-type]
            results.append(desktop_app.train(experiment, Path(home) / "runs", registry).result)
        figures[title] = spread(results, time.monotonic() - began)
        sys.stderr.write(f"{title}: {figures[title]}\n")
    size = f" --size {given.size}" if given.size else ""
    what = f"{len(samples)} pictures of {len(samples.classes)} classes"
    command = f"python tests/benchmarks/presets.py --pictures FOLDER --splits {given.splits}{size}"
    write_measured(given.name, command, {what: figures})
    return 0


if __name__ == "__main__":
    sys.exit(main())
