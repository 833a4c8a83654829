"""Exports a run: the file is written beside, compared, and put in its place only where it gives the same answers."""

from __future__ import annotations

import logging
from pathlib import Path

from desktop_app.engine.export.beside import check_place, written_beside
from desktop_app.engine.export.exported import Exported, remember
from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.progress import Report, phase
from desktop_app.engine.export.proof.card_text import failure
from desktop_app.engine.export.proof.comparing import compare_file
from desktop_app.engine.export.proof.parity_card import ParityRule
from desktop_app.engine.export.raw_to_answers import check_options
from desktop_app.engine.export.remembered_calibration import remember_calibration
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.errors import ExportError, RunError
from desktop_app.registry import Registry, load_plugins

_log = logging.getLogger(__name__)


def export_run(
    run: Run,
    out: Path | None = None,
    registry: Registry | None = None,
    report: Report = lambda phase, share: None,
    options: ExportOptions | None = None,
) -> Exported:
    """Export the best network of a run to ``out``, by default ``model.onnx`` in the run's folder.

    Raises: ``ExportError`` where the file cannot be made, or differs from the network: it is then not written, an older
        one stays, and the error has the ``card``; ``DataError`` where there is nothing left to compare on, or a sample
        cannot be read any more.
    """
    report("Reading the run", 0.0)
    source = ExportSource.open(run, registry or load_plugins())
    exported = export_source(source, (out or run.files.onnx).absolute(), report, options)
    keep(source, exported)
    return exported


def export_source(
    source: ExportSource,
    path: Path,
    report: Report = lambda phase, share: None,
    options: ExportOptions | None = None,
) -> Exported:
    """Write the float32 file and compare it; see ``export_run``. Nothing of the file is remembered."""
    options = options or ExportOptions()
    check_options(source.run.task, options)
    check_place(path)
    source.data_sha256(phase(report, "Reading the data", 0.0, 0.1))
    if options.calibrate:
        source.calibrate(phase(report, "Calibrating", 0.1, 0.3))
    report("Writing ONNX", 0.3)
    with written_beside(path) as beside:
        write_onnx(source, options, beside)
        report("Comparing", 0.5)
        card = compare_file(source, beside, "float32", rule_of(options), phase(report, "Comparing", 0.5, 1.0))
        card = card.model_copy(update={"model": path.name})
        if not card.passed:
            raise ExportError(f"{failure(card)} Nothing was written.", card)
    return Exported(onnx=path, card=card, options=options)


def keep(source: ExportSource, exported: Exported) -> None:
    """Let the run remember a file that lies in its place, and what it was calibrated with: an older one is not its.

    A run that cannot be written, on a disc that was archived, loses nothing by it: the file is proven all the same.
    """
    try:
        remember_calibration(source.run, source.calibration)
        remember(source.run, exported)
    except RunError as error:
        _log.warning("The run does not remember %s, because it cannot be written: %s", exported.onnx, error)


def rule_of(options: ExportOptions) -> ParityRule:
    """Return what has to hold of a float32 file; resizing inside rounds elsewhere, by a step of 255 in some pixels."""
    return ParityRule(largest=1e-2 if options.any_size else 1e-4)
