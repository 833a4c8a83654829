"""Trains, exports and compares one network for each combination of parts and for a dozen families of backbones.

Run: python tests/benchmarks/parity_matrix.py [--pictures FOLDER] [--only TEXT ...] [--out FILE]

Every built-in activation with every normalization, in an mlp and in a cnn, on digits; twelve of timm's families with
random weights, trained whole for a little, so that the statistics of their norms are those of data; and, with a folder
of pictures (``tests/helpers/photographs.py`` makes one), efficientnet_lite0 fine-tuned on them. Each goes the way that
a person's export goes, calibration included, and passes or not as the parity card says, on 200 samples and more. The
pictures are compared a second time on all of them, because so few are validated on.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
from measuring import MEASURED, write_measured

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exported import Exported
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.export.proof.comparing import compare_file
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import named_samples
from desktop_app.errors import DownslopeError
from desktop_app.registry import Registry

os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")

NETWORKS = {"mlp": [32, 32], "cnn": [8, 16]}
"""The layers of each: small, because what is compared is parts, not sizes."""
FAMILIES = {
    "vgg11": 64,
    "resnet18": 64,
    "resnet50": 64,
    "mobilenetv2_100": 64,
    "mobilenetv3_small_100": 64,
    "efficientnet_b0": 64,
    "tf_efficientnet_lite0": 64,
    "regnetx_002": 64,
    "densenet121": 64,
    "convnext_atto": 64,
    "vit_tiny_patch16_224": 224,
    "swin_tiny_patch4_window7_224": 224,
}
"""With the pixels a side; the last two take no other size than this."""
DIGITS = {"source": "digits", "validation": 0.2, "test": 0.5}
FEW_DIGITS = {"source": "digits", "validation": 0.12, "test": 0.8}


def experiments(registry: Registry, pictures: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each combination and its experiment."""
    for kind, layers in NETWORKS.items():
        for activation in sorted(registry.activations):
            for normalization in ("none", *sorted(registry.normalizations)):
                model = {"kind": kind, "layers": layers, "activation": activation, "normalization": normalization}
                training = {"epochs": 5, "optimizer": {"name": "adam", "lr": 0.01}}
                yield (
                    f"{kind}, {activation}, {normalization}",
                    {"data": DIGITS, "model": model, "training": training},
                )
    for family, side in FAMILIES.items():
        model = {"kind": "transfer", "backbone": family, "weights": "random", "head": [32], "freeze": False}
        training = {"epochs": 8 if side < 224 else 2, "batch_size": 16, "optimizer": {"name": "adam", "lr": 0.001}}
        yield family, {"data": {**FEW_DIGITS, "image_size": side}, "model": model, "training": training}
    if pictures is not None:
        yield (
            "efficientnet_lite0, fine-tuned on pictures",
            {
                "data": {"source": "image_folder", "path": str(pictures.absolute())},
                "model": {"kind": "transfer", "backbone": "efficientnet_lite0"},
                "training": {"epochs": 10},
                "fine_tuning": {"epochs": 3, "unfreeze_last": 3},
            },
        )


def line_of(name: str, exported: Exported, seconds: float) -> dict[str, Any]:
    """Return a line of the table."""
    parity = exported.parity
    return {
        "name": name,
        "samples": parity.samples,
        "largest difference": float(f"{parity.max_abs_diff:.2g}"),
        "agreement": round(parity.top1_agreement, 4),
        "accuracy": None if parity.accuracy_onnx is None else round(parity.accuracy_onnx, 3),
        "passed": parity.passed,
        "seconds": round(seconds, 1),
        "nodes": len(onnx.load(exported.onnx).graph.node),
    }


def exported_of(content: dict[str, Any], registry: Registry) -> tuple[Run, Exported, float]:
    """Train and export, and return the run, the file and how long the export took, in seconds."""
    content = {**content, "training": {**content["training"], "threads": 1}}
    folder = Path(tempfile.mkdtemp(prefix="runs-", dir=os.environ["DOWNSLOPE_HOME"]))
    run = desktop_app.train(Experiment.from_dict(content), out=folder)
    began = time.perf_counter()
    exported = export_run(run, None, registry)
    return run, exported, time.perf_counter() - began


def on_all_samples(run: Run, exported: Exported, registry: Registry) -> Exported:
    """Return the same file compared on everything that it was trained and validated on."""
    split = run.files.read_json(run.files.split)
    samples = named_samples(run, registry, [*split["validation"], *split["training"]])
    source = ExportSource.open(run, registry)
    source.calibrate()
    whole = dataclasses.replace(source, samples=samples, _logits=None)
    return exported.model_copy(update={"card": compare_file(whole, exported.onnx)})


def lines_of(name: str, content: dict[str, Any], registry: Registry) -> list[dict[str, Any]]:
    """Train, export and compare, and return the lines of the table; a refusal is a line, too."""
    try:
        run, exported, seconds = exported_of(content, registry)
    except DownslopeError as error:
        return [{"name": name, "passed": False, "refused": str(error)}]
    lines = [line_of(name, exported, seconds)]
    if content["data"]["source"] == "image_folder":
        lines.append(line_of(f"{name}, all of them", on_all_samples(run, exported, registry), seconds))
    return lines


def measured_before() -> dict[str, dict[str, Any]]:
    """Return the lines of the table as it was written last, by name."""
    file = MEASURED / "parity_matrix.json"
    table = json.loads(file.read_text(encoding="utf-8"))["figures"]["table"] if file.exists() else []
    return {line["name"]: line for line in table}


def main() -> int:
    """Go through the matrix and write the table; 1 where something did not pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="a folder with one sub-folder a class, 200 pictures or more")
    parser.add_argument("--only", nargs="+", default=[], help="names with one of these; other lines stay")
    parser.add_argument("--out", type=Path, help="write the table to this file instead")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    registry = desktop_app.load_plugins()
    table = measured_before() if arguments.only else {}
    for name, content in experiments(registry, arguments.pictures):
        if arguments.only and not any(text in name for text in arguments.only):
            continue
        lines = lines_of(name, content, registry)
        table |= {line["name"]: line for line in lines}
        sys.stdout.write("".join(f"{json.dumps(line)}\n" for line in lines))
        sys.stdout.flush()
    passed = sum(line["passed"] for line in table.values())
    worst = max((line["largest difference"] for line in table.values() if "samples" in line), default=0.0)
    figures = {
        "combinations": len(table),
        "passed": passed,
        "largest difference": worst,
        "table": list(table.values()),
    }
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    else:
        write_measured("parity_matrix", "python tests/benchmarks/parity_matrix.py --pictures FOLDER", figures)
    return 0 if passed == len(table) else 1


if __name__ == "__main__":
    sys.exit(main())
