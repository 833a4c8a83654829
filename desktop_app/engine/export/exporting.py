"""Exports a run: the file is written beside, compared, and put in its place only where it gives the same answers."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.parity import Parity, measure_parity
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import validation_samples
from desktop_app.errors import ExportError
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.registry import Registry, load_plugins
from desktop_app.store.metrics import MetricsWriter

Report = Callable[[str, float], None]
"""Called with the phase and the share done, 0 to 1."""


@dataclass(frozen=True)
class ExportReport:
    """The file that was written and the proof that goes with it."""

    onnx: Path
    parity: Parity


def export_run(
    run: Run,
    out: Path | None = None,
    registry: Registry | None = None,
    report: Report = lambda phase, share: None,
) -> ExportReport:
    """Export the best network of a run to ``out``, by default ``model.onnx`` in the run's folder.

    Raises: ``ExportError`` where the file differs from the network (it is then not written) or cannot be made;
    ``DataError`` where there is nothing left to compare on.
    """
    registry = registry or load_plugins()
    path = (out or run.files.onnx).absolute()
    report("Reading the run", 0.0)
    model = run.load_model("best", registry)
    samples = validation_samples(run, registry)
    report("Writing ONNX", 0.1)
    beside = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_onnx(model, run.task, beside)
        report("Comparing", 0.5)
        parity = measure_parity(
            model,
            OnnxModel.open(beside, "CPUExecutionProvider"),
            samples,
            lambda done: report("Comparing", 0.5 + 0.5 * done / len(samples)),
        )
        if not parity.passed:
            raise ExportError(
                f"The exported file does not give the network's answers: on {parity.samples} samples they differ by up "
                f"to {parity.max_abs_diff:.2g}, and {parity.top1_agreement:.1%} of the labels agree. "
                "Nothing was written."
            )
        beside.replace(path)
    except OSError as error:
        raise ExportError(f"The model could not be written to {path}: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):  # where its folder could not be made there is nothing to remove
            beside.unlink()
    _remember(run, path, parity)
    return ExportReport(path, parity)


def _remember(run: Run, path: Path, parity: Parity) -> None:
    writer = MetricsWriter(run.files.metrics)
    try:
        writer.set_state("export", {"onnx": str(path), "parity": dataclasses.asdict(parity)})
    finally:
        writer.close()
