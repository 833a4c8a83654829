"""Do the whole job on the embedded sample: scan, train, fine-tune, evaluate, export, verify, predict."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from desktop_app.errors import TrainingError
from desktop_app.folders import user_folders

# 128 pixels keep the demo under 90 seconds on two cores; the accuracy is a few points below that at 224.
EXPERIMENT = {
    "name": "demo",
    "data": {"source": "sample_images", "image_size": 128},
    "model": {"kind": "transfer", "head": [256], "dropout": 0.2},
    "training": {"epochs": 8, "batch_size": 64, "optimizer": {"name": "adam", "lr": 0.001}},
    "fine_tuning": {"epochs": 4, "unfreeze_last": 3, "optimizer": {"name": "adam", "lr": 0.0001}},
}
_PREDICTED_PICTURES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``demo`` takes."""
    parser.add_argument("--open", action="store_true", help="open the window on the finished run")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the run's folder is made")


def run(arguments: argparse.Namespace) -> int:
    """Run it and say where everything lies."""
    from desktop_app.command.line import DONE, INTERRUPTED
    from desktop_app.command.report import percent, say, show, show_json
    from desktop_app.command.watching import Watch
    from desktop_app.command.window import has_display, open_window
    from desktop_app.engine.evaluation.evaluating import evaluate_run
    from desktop_app.engine.experiment import Experiment
    from desktop_app.engine.export.exporting import export_run
    from desktop_app.engine.scan import scan
    from desktop_app.engine.session import Session
    from desktop_app.registry import load_plugins

    began = time.monotonic()
    say("Loading plugins ...")
    registry = load_plugins()
    experiment = Experiment.from_dict(EXPERIMENT)
    found = scan(experiment, registry, quick=True)
    say(f"Scanned {found.samples} pictures of {len(found.counts)} classes, {len(found.findings)} findings.")

    watch = Watch()
    session = Session(experiment, registry, arguments.out or user_folders().runs, watch.listen)
    outcome = watch.see_to_the_end(session)
    finished = session.run
    if outcome.status == "interrupted":
        say(f"The run is kept in {finished.folder}." if finished else "Interrupted before the first step.")
        return INTERRUPTED
    if finished is None:
        raise TrainingError("The demo ended without a run.")

    evaluation = evaluate_run(finished, registry)
    worst = min(evaluation.per_class, key=lambda each: each.f1)
    say(
        f"Accuracy on {evaluation.samples} validation pictures {percent(evaluation.accuracy)}; hardest is {worst.name}."
    )
    exported = export_run(finished, None, registry)
    say(f"Exported and compared: {percent(exported.parity.top1_agreement)} of the answers agree.")
    predictions = predict_some(exported.onnx)

    if arguments.json:
        show_json(
            {
                "run": str(finished.folder),
                "onnx": str(exported.onnx),
                "accuracy": evaluation.accuracy,
                "parity": exported.parity.model_dump(),
                "predictions": predictions,
                "seconds": round(time.monotonic() - began, 1),
            }
        )
    else:
        for each in predictions:
            show(f"{each['input']:<24} is taken for {each['label']} ({each['probability']:.0%})")
        show(f"accuracy  {percent(evaluation.accuracy)}")
        show(f"parity    passed, largest difference {exported.parity.max_abs_diff:.1e}")
        show(f"run       {finished.folder}")
        show(f"ONNX      {exported.onnx}")
        show(f"seconds   {time.monotonic() - began:.0f}")
    if arguments.open:
        if not has_display():
            say("There is no display to open the window on; everything above lies where it says.")
            return DONE
        return open_window([], finished.folder)
    return DONE


def predict_some(onnx: Path) -> list[dict[str, object]]:
    """Predict a few of the sample's pictures from files, as somebody with the ONNX file alone would."""
    import zipfile

    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import predict_paths
    from desktop_app.reading.resources import resource_file

    with (
        zipfile.ZipFile(resource_file("sample/fashion_mnist_small.zip")) as archive,
        tempfile.TemporaryDirectory() as folder,
    ):
        names = sorted(name for name in archive.namelist() if name.startswith("test/") and name.endswith(".png"))
        chosen = names[:: max(1, len(names) // _PREDICTED_PICTURES)][:_PREDICTED_PICTURES]
        files = [Path(archive.extract(name, folder)) for name in chosen]
        found = list(predict_paths(OnnxModel.open(onnx), files))
    return [
        {"input": name, "label": each.label, "probability": each.probability}
        for name, each in zip(chosen, found, strict=True)
    ]
