"""How well the defaults learn: digits, a table, the embedded sample, and a folder of your own pictures.

Run: python tests/benchmarks/accuracy.py [--pictures FOLDER]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from measuring import write_measured

import desktop_app
from desktop_app.command.demo import EXPERIMENT
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exporting import export_run
from desktop_app.registry import Registry

HOME = Path(tempfile.mkdtemp(prefix="downslope-benchmark-"))
os.environ["DOWNSLOPE_HOME"] = str(HOME)


def spread(values: Iterable[float]) -> dict[str, float]:
    """Return mean, lowest and highest of accuracies."""
    values = list(values)
    return {
        "runs": len(values),
        "mean": round(statistics.mean(values), 4),
        "lowest": round(min(values), 4),
        "highest": round(max(values), 4),
    }


def accuracies(content: dict[str, Any], registry: Registry, seeds: int) -> dict[str, float]:
    """Train with ``seeds`` seeds of the split and the training; return the last epochs' validation accuracies."""
    found = []
    for seed in range(seeds):
        seeded = {
            **content,
            "data": {**content["data"], "seed": seed},
            "training": {**content.get("training", {}), "seed": seed},
        }
        found.append(desktop_app.train(Experiment.from_dict(seeded), HOME / "runs", registry).result["val_accuracy"])
    return spread(found)


def breast_cancer_table() -> Path:
    """Write scikit-learn's breast-cancer table as CSV, with a column of categories and a tenth of a column missing."""
    import polars as pl
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    frame = pl.DataFrame(data.data, schema=[str(name) for name in data.feature_names])
    frame = frame.with_columns(
        diagnosis=pl.Series([str(data.target_names[target]) for target in data.target]),
        size=pl.Series(["large" if area > 600 else "small" for area in data.data[:, 3]]),
    ).with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(None).otherwise(pl.col("mean texture")).alias("mean texture")
    )
    file = HOME / "breast_cancer.csv"
    frame.write_csv(file)
    return file


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, help="a folder with one sub-folder a class")
    pictures = parser.parse_args().pictures
    warnings.simplefilter("ignore")
    registry = desktop_app.load_plugins()
    figures: dict[str, Any] = {
        "digits, mlp, 20 epochs": accuracies(
            {"data": {"source": "digits"}, "training": {"epochs": 20}}, registry, seeds=8
        ),
        "breast cancer table with categories and missing values, mlp, 20 epochs": accuracies(
            {
                "data": {"source": "table", "path": str(breast_cancer_table()), "target": "diagnosis"},
                "training": {"epochs": 20},
            },
            registry,
            seeds=8,
        ),
    }
    began = time.monotonic()
    run = desktop_app.train(Experiment.from_dict(EXPERIMENT), HOME / "runs", registry)
    figures["embedded sample, efficientnet_lite0 at 128 pixels, fine-tuned"] = {
        "best_validation_accuracy": run.result["best"]["val_accuracy"],
        "seconds": round(time.monotonic() - began, 1),
        "parity_largest_difference": export_run(run, None, registry).parity.max_abs_diff,
    }
    command = "python tests/benchmarks/accuracy.py"
    if pictures:
        command += " --pictures FOLDER"
        content = {"data": {"source": "image_folder", "path": str(pictures.absolute()), "image_size": 224}}
        samples = sum(1 for file in pictures.rglob("*") if file.is_file())
        figures[f"{samples} photographs of {len(list(pictures.iterdir()))} classes, efficientnet_lite0, 10 epochs"] = (
            accuracies(content, registry, seeds=3)
        )
    write_measured("accuracy", command, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
