"""What the feature cache saves: ten epochs of feature extraction with it, empty at first, against the same ten without.

Both run in the same engine and its layout, in interleaved pairs, and reach the same figures bit for bit. With the cache
its filling is counted in; each pair begins with an empty one. A third run finds everything in the cache.

With one thread other work on the machine disturbs it least: threads that wait for each other wait for all of it.

Run: python tests/benchmarks/feature_cache.py [--pictures FOLDER] [--pairs 3] [--threads 1]
"""

from __future__ import annotations

import argparse
import os
import shutil
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
from desktop_app.folders import user_folders
from desktop_app.registry import Registry

os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")


def timed(content: dict[str, Any], registry: Registry) -> tuple[float, dict[str, Any]]:
    """Train and return the seconds of the whole, reading and checkpoints included, and the result."""
    began = time.perf_counter()
    run = desktop_app.train(Experiment.from_dict(content), user_folders().runs, registry)
    return time.perf_counter() - began, run.result


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder with one sub-folder a class")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="processor threads, 0 for all")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    registry = desktop_app.load_plugins()
    data: dict[str, Any] = {"source": "sample_images", "image_size": 128}
    command = "python tests/benchmarks/feature_cache.py"
    if arguments.pictures:
        data = {"source": "image_folder", "path": str(arguments.pictures.absolute())}
        command += " --pictures FOLDER"
    if arguments.threads:
        command += f" --threads {arguments.threads}"
    training = {"epochs": 10, "threads": arguments.threads}
    content = {"data": data, "model": {"kind": "transfer"}, "training": training}
    without = {**content, "training": {**training, "cache_features": False}}
    timed({**content, "training": {**training, "epochs": 1}}, registry)  # what is imported and set up at the first use
    pairs = []
    for _ in range(arguments.pairs):
        shutil.rmtree(user_folders().cache)
        cached, result = timed(content, registry)
        again, _ = timed(content, registry)
        uncached, expected = timed(without, registry)
        for name in ("train_loss", "val_loss", "val_accuracy"):
            if result[name] != expected[name]:
                raise SystemExit(f"{name} is {result[name]} with the cache and {expected[name]} without.")
        pairs.append((cached, uncached, again))
    ratios = [uncached / cached for cached, uncached, _ in pairs]
    figures = {
        "ten epochs of feature extraction, efficientnet_lite0": {
            "pairs": len(pairs),
            "threads": arguments.threads or "all",
            "seconds_with_cache": round(statistics.median(pair[0] for pair in pairs), 2),
            "seconds_without": round(statistics.median(pair[1] for pair in pairs), 2),
            "seconds_with_everything_cached_before": round(statistics.median(pair[2] for pair in pairs), 2),
            "ratio": round(statistics.median(ratios), 2),
            "lowest_ratio": round(min(ratios), 2),
            "highest_ratio": round(max(ratios), 2),
            "validation_accuracy": result["val_accuracy"],
        }
    }
    write_measured("feature_cache", command, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
