"""The variants of an export as a table on the screen, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from desktop_app.command.report import percent
from desktop_app.engine.export.proof.card_text import points

if TYPE_CHECKING:
    from desktop_app.engine.export import Exported, ParityCard
    from desktop_app.engine.export.smaller.variants import VariantsReport

_HEAD = ("variant", "size", "accuracy", "lost", "same label", "largest diff.", "one sample", "in a batch", "")


def table(variants: VariantsReport) -> list[str]:
    """Return the lines: a row a variant, refused ones with their reason, and which one to take."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for exported in variants.exported:
        mark = "recommended" if exported is variants.recommended else ""
        rows.append((*_figures(exported.card), *_times(exported), mark))
    reasons = []
    for refused in variants.refused:
        figures = _figures(refused.card) if refused.card is not None else (refused.variant, *"-----")
        rows.append((*figures, "-", "-", "refused"))
        reasons.append(f"{refused.variant} was refused: {refused.reason}")
    taken = variants.recommended
    why = f"the smallest that loses at most {points(variants.most_lost)} of accuracy"
    return [*_aligned(rows), *reasons, f"Recommended: {taken.onnx}, {why}"]


def as_json(variants: VariantsReport) -> dict[str, Any]:
    """Return ``variants`` (those that were written and those that were refused) and the name of the ``recommended``."""
    rows = [
        {
            "variant": exported.variant,
            "onnx": str(exported.onnx),
            **_proof(exported.card),
            "latency": exported.latency.model_dump() if exported.latency else None,
            "reason": "",
        }
        for exported in variants.exported
    ]
    for refused in variants.refused:
        proof = _proof(refused.card) if refused.card is not None else {"size_bytes": None, "parity": None, "card": None}
        rows.append({"variant": refused.variant, "onnx": None, **proof, "latency": None, "reason": refused.reason})
    return {"variants": rows, "recommended": variants.recommended.variant, "most_lost": variants.most_lost}


def _proof(card: ParityCard) -> dict[str, Any]:
    return {"size_bytes": card.size_bytes, "parity": card.parity.model_dump(), "card": card.model_dump()}


def _figures(card: ParityCard) -> tuple[str, ...]:
    parity = card.parity
    lost = "-"
    if parity.accuracy_torch is not None and parity.accuracy_onnx is not None:
        lost = points(parity.accuracy_torch - parity.accuracy_onnx)
    size, agreement = f"{card.size_bytes / 1e6:.2f} MB", percent(parity.top1_agreement) if card.labels else "-"
    return (card.variant, size, percent(parity.accuracy_onnx), lost, agreement, f"{parity.max_abs_diff:.1e}")


def _times(exported: Exported) -> tuple[str, str]:
    if exported.latency is None:
        return "-", "-"
    return f"{exported.latency.single_ms:.1f} ms", f"{exported.latency.batch_ms:.1f} ms"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return [line.rstrip() for line in lines]
