"""What is known of a file that was exported from a run, kept in the run's folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity_card import Parity, ParityCard, Variant
from desktop_app.engine.run import Run
from desktop_app.store.metrics import MetricsWriter

_STATE = "exports"


class Latency(BaseModel):
    """How fast a file answers here; medians, after warming up.

    ``single_ms``: one sample alone. ``batch_ms``: a sample in a batch of ``batch``.
    """

    model_config = ConfigDict(frozen=True)
    provider: str
    threads: int
    batch: int
    single_ms: float
    batch_ms: float


class Exported(BaseModel):
    """One exported file with its proof, the options it was made with, and, where measured, its latency."""

    model_config = ConfigDict(frozen=True)
    onnx: Path
    card: ParityCard
    options: ExportOptions = ExportOptions()
    latency: Latency | None = None

    @property
    def variant(self) -> Variant:
        """``float32``, ``float16`` or ``int8``."""
        return self.card.variant

    @property
    def parity(self) -> Parity:
        """The comparison that is furthest off."""
        return self.card.parity


def remember(run: Run, *exported: Exported) -> None:
    """Keep what is known of these files in the run's folder, in place of what was known of the same paths."""
    known = {each.onnx: each for each in exports_of(run)} | {each.onnx: each for each in exported}
    writer = MetricsWriter(run.files.metrics)
    try:
        writer.set_state(_STATE, [each.model_dump(mode="json") for each in known.values()])
    finally:
        writer.close()


def exports_of(run: Run) -> tuple[Exported, ...]:
    """Return what was exported from a run and still lies where it was written, the oldest first."""
    saved = run.files.state().get(_STATE) or []
    found = []
    for each in saved if isinstance(saved, list) else []:
        try:
            exported = Exported.model_validate(each)
        except ValidationError:  # written by another version: the file itself is none the worse
            continue
        if exported.onnx.is_file():
            found.append(exported)
    return tuple(found)
