"""What INT8 and FP16 cost and save: accuracy, size and latency of a fine-tuned EfficientNet-Lite0 in all variants.

Trains on real photographs with the defaults, a few of the last layers fine-tuned, and exports float32, FP16 and INT8 as
the application does. The latencies are measured several times more, the files taking turns run by run; each time gives
one ratio to float32, and their spread is stated.

Run: python tests/benchmarks/variants.py --pictures FOLDER [--repeats 5] [--threads 1] [--run RUN]
FOLDER holds one sub-folder a class, as tests/helpers/photographs.py makes it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from measuring import write_measured

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exported import Exported, Latency
from desktop_app.engine.export.proof.parity_card import ParityCard
from desktop_app.engine.export.smaller.latency import measure_latencies
from desktop_app.engine.export.smaller.variants import export_variants
from desktop_app.folders import user_folders

os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")


def experiment_on(pictures: Path) -> Experiment:
    """Return feature extraction and fine-tuning, with enough pictures kept apart to tell one point of accuracy."""
    return Experiment.from_dict(
        {
            "name": "variants",
            "data": {"source": "image_folder", "path": str(pictures.absolute()), "validation": 0.45},
            "model": {"kind": "transfer", "backbone": "efficientnet_lite0"},
            "training": {"epochs": 8},
            "fine_tuning": {"epochs": 2},
        }
    )


def told(card: ParityCard, float32: Exported) -> dict[str, Any]:
    """Return the figures of a card."""
    parity = card.parity
    return {
        "passed": card.passed,
        "samples": parity.samples,
        "accuracy_torch": parity.accuracy_torch,
        "accuracy": parity.accuracy_onnx,
        "top1_agreement": round(parity.top1_agreement, 4),
        "largest_difference_of_probabilities": float(f"{parity.max_abs_diff:.3g}"),
        "mean_difference_of_probabilities": float(f"{parity.mean_abs_diff:.3g}"),
        "megabytes": round(card.size_bytes / 1e6, 2),
        "size_to_float32": round(card.size_bytes / float32.card.size_bytes, 3),
        "remarks": list(card.remarks),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return the median and the ends."""
    return {
        "median": round(statistics.median(values), 3),
        "lowest": round(min(values), 3),
        "highest": round(max(values), 3),
    }


def timed(rounds: list[tuple[Latency, ...]], place: int) -> dict[str, Any]:
    """Return a file's latencies, and their ratios to float32, which is the first, from rounds of taking turns."""
    own, float32 = [each[place] for each in rounds], [each[0] for each in rounds]
    return {
        "single_ms": spread([each.single_ms for each in own]),
        "in_a_batch_ms": spread([each.batch_ms for each in own]),
        "single_to_float32": spread([a.single_ms / b.single_ms for a, b in zip(own, float32, strict=True)]),
        "in_a_batch_to_float32": spread([a.batch_ms / b.batch_ms for a, b in zip(own, float32, strict=True)]),
    }


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a folder with one sub-folder a class")
    parser.add_argument("--repeats", type=int, default=5, help="how often the latencies are measured")
    parser.add_argument("--threads", type=int, default=1, help="of ONNX Runtime while latencies are measured")
    parser.add_argument("--run", type=Path, help="a run that this benchmark trained before")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    registry = desktop_app.load_plugins()
    if arguments.run:
        run = desktop_app.Run.open(arguments.run)
    else:
        run = desktop_app.train(experiment_on(arguments.pictures), user_folders().runs, registry)
    sys.stderr.write(f"{run.folder}\n")
    with tempfile.TemporaryDirectory() as folder:
        report = export_variants(run, Path(folder), registry)
        files = [each.onnx for each in report.exported]
        rounds = [measure_latencies(files, threads=arguments.threads, seconds=4.0) for _ in range(arguments.repeats)]
    float32 = report.exported[0]
    figures: dict[str, Any] = {
        "network": "efficientnet_lite0, fine-tuned",
        "pictures": "photographs, 5 classes, 224 pixels",
        "most_lost": report.most_lost,
        "recommended": report.recommended.variant,
        "provider": rounds[0][0].provider,
        "threads": arguments.threads,
        "batch": rounds[0][0].batch,
        "repeats": arguments.repeats,
    }
    for place, each in enumerate(report.exported):
        figures[each.variant] = {**told(each.card, float32), **timed(rounds, place)}
    for refused in report.refused:
        figures[refused.variant] = {"refused": refused.reason, **(told(refused.card, float32) if refused.card else {})}
    write_measured(
        "variants", f"python tests/benchmarks/variants.py --pictures FOLDER --threads {arguments.threads}", figures
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
