"""Smaller variants of an exported network, each written beside, compared, and kept only where it loses little enough.

``export_variant`` writes one of them, ``export_variants`` all with their latencies and a recommendation.
"""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.engine.export.beside import check_place, written_beside
from desktop_app.engine.export.exported import Exported, remember
from desktop_app.engine.export.exporting import export_run, export_source, keep
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.progress import Report, phase, within
from desktop_app.engine.export.proof.comparing import compare_file
from desktop_app.engine.export.proof.parity_card import ParityCard, ParityRule, Variant
from desktop_app.engine.export.smaller.choosing import Refused, VariantsReport, lost, recommended
from desktop_app.engine.export.smaller.half_precision import halve
from desktop_app.engine.export.smaller.latency import measure_latencies, measure_latency
from desktop_app.engine.export.smaller.quantisation import quantise
from desktop_app.engine.export.smaller.training_draw import TrainingDraw
from desktop_app.engine.export.source import ExportSource
from desktop_app.engine.run import Run
from desktop_app.errors import ExportError
from desktop_app.registry import Registry, load_plugins

__all__ = ["Refused", "VariantsReport", "export_variant", "export_variants", "recommended"]

MOST_LOST = 0.01
"""The share of accuracy that may be lost where nobody says otherwise: one point."""

_NAMES: dict[Variant, str] = {"float32": "float32", "float16": "FP16", "int8": "INT8"}


def variant_file(folder: Path, variant: Variant) -> Path:
    """Return where a variant lies in a folder: ``model.onnx``, ``model-float16.onnx``, ``model-int8.onnx``."""
    return folder / ("model.onnx" if variant == "float32" else f"model-{variant}.onnx")


def export_variant(
    run: Run,
    variant: Variant,
    out: Path | None = None,
    registry: Registry | None = None,
    report: Report = lambda phase, share: None,
    options: ExportOptions | None = None,
    most_lost: float = MOST_LOST,
) -> Exported:
    """Export one variant to ``out``, by default in the run's folder, and measure its latency.

    ``most_lost`` is the share of accuracy, 0 to 1, that it may lose; of a regression, of explained variance. It does
    not apply to float32, which gives the network's own answers.
    Raises: ``ExportError`` where the file loses more or differs (its ``card`` says how, and nothing is written) or
    cannot be made, and for a share that is none; ``DataError`` where the samples are not there any more.
    """
    _check_share(most_lost)
    registry = registry or load_plugins()
    path = (out or variant_file(run.folder, variant)).absolute()
    if variant == "float32":
        exported = export_run(run, path, registry, within(report, 0.0, 0.9), options)
    else:
        check_place(path)
        report("Reading the run", 0.0)
        source = ExportSource.open(run, registry)
        with tempfile.TemporaryDirectory(prefix="downslope-export-") as folder:
            float32 = export_source(source, Path(folder) / path.name, within(report, 0.0, 0.5), options)
            job = _Job(source, registry, float32, options or ExportOptions(), most_lost)
            exported = job.export(variant, path, within(report, 0.5, 0.9))
        keep(source, exported)
    latency = measure_latency(path, report=phase(report, "Measuring latency", 0.9, 1.0))
    exported = exported.model_copy(update={"latency": latency})
    remember(run, exported)
    return exported


def export_variants(
    run: Run,
    folder: Path | None = None,
    registry: Registry | None = None,
    report: Report = lambda phase, share: None,
    options: ExportOptions | None = None,
    most_lost: float = MOST_LOST,
) -> VariantsReport:
    """Export float32, FP16 and INT8 into ``folder``, by default the run's, measure them side by side, recommend one.

    ``most_lost`` is as in ``export_variant``. A variant that loses more, or cannot be made, is among the ``refused``.
    Raises: ``ExportError`` where float32 cannot be exported, and for a share that is none; ``DataError`` where the
    samples are not there any more.
    """
    _check_share(most_lost)
    registry = registry or load_plugins()
    folder = (folder or run.folder).absolute()
    report("Reading the run", 0.0)
    source = ExportSource.open(run, registry)
    float32 = export_source(source, variant_file(folder, "float32"), within(report, 0.0, 0.35), options)
    keep(source, float32)  # each as soon as it lies there: what comes after may be interrupted
    job = _Job(source, registry, float32, options or ExportOptions(), most_lost)
    exported, refused = [float32], []
    parts: tuple[tuple[Variant, float, float], ...] = (("float16", 0.35, 0.5), ("int8", 0.5, 0.85))
    for variant, begin, end in parts:
        try:
            exported.append(job.export(variant, variant_file(folder, variant), within(report, begin, end)))
            keep(source, exported[-1])
        except ExportError as error:
            refused.append(Refused(variant, error.card, str(error)))
    latencies = measure_latencies(
        [each.onnx for each in exported], report=phase(report, "Measuring latency", 0.85, 1.0)
    )
    measured = tuple(
        each.model_copy(update={"latency": latency}) for each, latency in zip(exported, latencies, strict=True)
    )
    remember(run, *measured)
    return VariantsReport(measured, tuple(refused), recommended(measured, most_lost), most_lost)


@dataclass
class _Job:
    """A float32 file and what its smaller variants are made with and compared on; drawn once, when first needed."""

    source: ExportSource
    registry: Registry
    float32: Exported
    options: ExportOptions
    most_lost: float
    _draw: TrainingDraw | None = field(default=None, repr=False)

    def export(self, variant: Variant, path: Path, report: Report) -> Exported:
        """Write one smaller variant; see ``export_variant``. Nothing is remembered."""
        with (
            written_beside(path) as beside,
            contextlib.closing(self._attempts(variant, beside, report)) as attempts,
        ):
            card = self._good_enough(variant, path.name, beside, attempts, report)
        return Exported(onnx=path, card=card, options=self.options)

    def _attempts(self, variant: Variant, beside: Path, report: Report) -> Generator[str, None, None]:
        """Write the file in one way after the other, and yield the remark about each."""
        report("Reading training samples", 0.0)
        self._draw = self._draw or TrainingDraw.of(self.source.run, self.registry)
        writing = phase(report, f"Writing {_NAMES[variant]}", 0.1, 0.7)
        writing(0.0)
        if variant == "float16":
            yield halve(self.float32.onnx, beside, self._draw)
        else:
            yield from quantise(self.float32.onnx, beside, self._draw, writing)

    def _good_enough(
        self, variant: Variant, name: str, beside: Path, attempts: Iterator[str], report: Report
    ) -> ParityCard:
        """Return the card, for the file's final ``name``, of the first attempt that loses little enough.

        What lies ``beside`` is then that attempt.
        """
        cards: list[ParityCard] = []
        rule = ParityRule(largest=None, most_lost=self.most_lost)
        for remark in attempts:
            card = compare_file(self.source, beside, variant, rule, phase(report, "Comparing", 0.7, 1.0))
            card = card.model_copy(update={"model": name, "remarks": (remark,) if remark else ()})
            if card.passed:
                return card
            cards.append(card)
        best = min(cards, key=lost)
        raise ExportError(_loses_too_much(variant, best), best)


def _loses_too_much(variant: Variant, card: ParityCard) -> str:
    parity = card.parity
    if not math.isfinite(parity.max_abs_diff):
        return f"{_NAMES[variant]} gives answers that are not finite numbers. Nothing was written."
    allowed = f"at most {100 * (card.rule.most_lost or 0.0):.3g} may be lost. Nothing was written."
    if parity.accuracy_torch is not None and parity.accuracy_onnx is not None:
        return (
            f"{_NAMES[variant]} loses {100 * parity.lost:.3g} points of accuracy on {parity.samples} samples "
            f"({parity.accuracy_torch:.1%} to {parity.accuracy_onnx:.1%}), and {allowed}"
        )
    return (
        f"{_NAMES[variant]} loses {100 * parity.lost:.3g} points of explained variance on {parity.samples} samples, "
        f"and {allowed}"
    )


def _check_share(most_lost: float) -> None:
    if not 0.0 <= most_lost <= 1.0:
        raise ExportError(f"The accuracy that may be lost is a share from 0 to 1, such as 0.01, got {most_lost}.")
