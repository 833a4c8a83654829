"""Verifies a file that was exported earlier and lies anywhere, against its run, on the machine where it is to work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from desktop_app.engine.export.exported import exports_of
from desktop_app.engine.export.exporting import rule_of
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.comparing import compare_file
from desktop_app.engine.export.proof.parity_card import ParityCard, ParityRule, Variant
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.engine.task import PictureInput
from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.providers import CPU
from desktop_app.registry import Registry

MOST_LOST = 0.01
"""How much accuracy a file of fewer bits may lose where nothing else was asked for: one point."""


def verify_file(
    model: Path,
    run: Run,
    registry: Registry,
    report: Callable[[str, float], None] = lambda phase, share: None,
    providers: Sequence[str] | None = None,
) -> ParityCard:
    """Compare the file ``model`` with the best network of ``run`` once more, and return the card, passed or not.

    The rule is the one that the file was exported by, where the run knows it, else the usual one of its variant. The
    network's answers are calibrated as the file's metadata says.

    Args:
        report: Called with the phase and the share done, 0 to 1; may raise to cancel.
        providers: See ``compare_file``.
    Raises: ``ModelError`` for a file that cannot be used or is another run's; ``DataError`` where the run's data is
        not there any more; ``RunError`` for a run without a network.
    """
    report("Reading the run", 0.0)
    opened = OnnxModel.open(model, CPU)
    _check_belongs(opened, run)
    source = ExportSource.open(run, registry)
    metadata = opened.metadata
    source.model.answers.temperature = metadata.calibration.temperature if metadata.calibration else 1.0
    report("Comparing", 0.1)
    card = compare_file(
        source,
        model,
        variant_of(metadata),
        _rule(model, run, metadata),
        lambda share: report("Comparing", 0.1 + 0.9 * share),
        providers,
    )
    origin = metadata.origin
    if not card.passed and origin is not None and origin.run and origin.run != run.folder.name:
        raise ModelError(
            f'The model "{model}" was exported from the run "{origin.run}" and does not give the answers of '
            f'"{run.folder.name}"; verify it against the run it came from.'
        )
    return card


def variant_of(metadata: Metadata) -> Variant:
    """Return what a file's metadata calls its numbers; float32 for one that does not say."""
    named = metadata.origin.variant if metadata.origin else ""
    return next((each for each in get_args(Variant) if each == named), "float32")


def _rule(model: Path, run: Run, metadata: Metadata) -> ParityRule:
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    known = next((each.card.rule for each in exports_of(run) if each.card.sha256 == sha256), None)
    if known is not None:
        return known
    if variant_of(metadata) == "float32":
        return rule_of(ExportOptions(any_size=metadata.resize is not None and metadata.resize.inside))
    return ParityRule(largest=None, most_lost=MOST_LOST)


def _check_belongs(model: OnnxModel, run: Run) -> None:
    """Refuse a file whose answers or inputs are not those of the run."""
    task, metadata = run.task, model.metadata
    if metadata.labels != task.classes:
        theirs = f"the classes {_some(metadata.labels)}" if metadata.labels else "numbers"
        ours = f"the classes {_some(task.classes)}" if task.classes else "numbers"
        raise ModelError(
            f'The model "{model.path}" answers with {theirs}, and the run "{run.folder.name}" was trained on {ours}; '
            "verify it against the run it came from."
        )
    into = task.input
    if isinstance(into, PictureInput):
        size = metadata.resize.size if metadata.resize else None
        fits, takes = size == (into.height, into.width), f"pictures of {into.height} x {into.width} pixels"
    else:
        fits = metadata.columns is not None and metadata.columns.names == into.names
        takes = f"the columns {_some(into.names)}"
    if not fits:
        raise ModelError(
            f'The model "{model.path}" does not take {takes}, as the run "{run.folder.name}" does; verify it against '
            "the run it came from."
        )


def _some(names: Sequence[str], most: int = 8) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
