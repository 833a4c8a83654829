"""Exports a snapshot of a run that may still be training: fast, compared on a few samples, and for trying it alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop_app.engine.export.beside import written_beside
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity import compare
from desktop_app.engine.export.proof.shipped_answers import shipped_answers
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import named_samples
from desktop_app.errors import DataError, ExportError
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.providers import CPU
from desktop_app.registry import Registry

COMPARED = 16
"""Samples that the file is compared on: a wrong graph differs on every one, and a person waits for this."""


def export_snapshot(
    run: Run, name: str, registry: Registry, report: Callable[[str, float], None] = lambda phase, share: None
) -> Path:
    """Write one of ``run.snapshots`` as ONNX beside it, and return the file.

    It is not calibrated, and does not say which data it was trained on: that takes reading all of it.
    It draws random numbers and holds PyTorch's exporter: a training in the same process would be another afterwards.

    Raises: ``RunError`` where there is no such snapshot; ``ExportError`` where the file cannot be made, or gives other
        answers than the network; ``DataError`` where there is nothing to compare it on.
    """
    report("Reading the run", 0.0)
    model = run.load_model(name, registry)
    split = run.files.read_json(run.files.split)
    names = (split["validation"] or split["training"])[:COMPARED]
    if not names:
        raise DataError(f"The run {run.folder.name} has no samples that a snapshot could be compared on.")
    source = ExportSource(run, registry, model, named_samples(run, registry, names), says_data=False)
    path = (run.folder / name).with_suffix(".onnx")
    report("Writing ONNX", 0.2)
    with written_beside(path) as beside:
        write_onnx(source, ExportOptions(calibrate=False), beside)
        report("Comparing", 0.8)
        answers = shipped_answers(source, OnnxModel.open(beside, CPU))
        found = compare(source.answers(), answers, source.samples.labels, source.scale, None, source.samples.targets)
        if not found.passed:
            raise ExportError(
                f"The snapshot's file gives other answers than its network, by up to {found.max_abs_diff:.2g} on "
                f"{found.samples} samples. Nothing was written."
            )
    return path
