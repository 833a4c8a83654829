"""Exported files and their parity cards in sentences that people read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from desktop_app.engine.export import Exported, ExportOptions, Parity, ParityCard
from desktop_app.window.wording import count, figure, share, size

if TYPE_CHECKING:
    from desktop_app.window.exporting.exports import Exports

OUTDATED = "Exported before the last training; export again to have what has been learned since."
_STANDARD_DEVIATIONS = "standard deviations of the numbers it learned from"
# Accuracies are shares of whole samples: what is closer than this is the same share.
_SAME = 1e-9


def points(fraction: float) -> str:
    """Return a share of accuracy as ``0.4 points``, 1 point being one in a hundred."""
    return f"{fraction * 100:.1f} points"


def lost(parity: Parity) -> float | None:
    """Return the share of accuracy that the file loses, below 0 where it gains; ``None`` for a regression."""
    if parity.accuracy_torch is None or parity.accuracy_onnx is None:
        return None
    return parity.accuracy_torch - parity.accuracy_onnx


def lost_in_words(parity: Parity) -> str:
    """Return ``0.4 points``, ``none``, ``gains 0.2 points`` or, for a regression, a dash."""
    found = lost(parity)
    if found is None:
        return "–"
    if abs(found) < _SAME:
        return "none"
    return points(found) if found > 0 else f"gains {points(-found)}"


def title_of(exported: Exported) -> str:
    """Return what a file is called: its variant, and its name where that is one that somebody gave it."""
    usual = (f"model-{exported.variant}.onnx", "model.onnx" if exported.variant == "float32" else "")
    return exported.variant if exported.onnx.name in usual else f"{exported.variant}, {exported.onnx.name}"


def provider_name(provider: str) -> str:
    """Return a provider as people say it: ``CPU``."""
    return provider.removesuffix("ExecutionProvider")


def difference_in_words(parity: Parity) -> str:
    """Return the largest difference with its unit, or that there are answers that are no numbers."""
    if not math.isfinite(parity.max_abs_diff):
        return "not a number"
    return f"{figure(parity.max_abs_diff)} σ" if parity.accuracy_torch is None else figure(parity.max_abs_diff)


def verdict(card: ParityCard) -> str:
    """Return in one sentence whether the file gives the network's answers."""
    parity = card.parity
    if not parity.samples:
        return "Nothing was compared: there are no samples."
    if not card.passed:
        return f"{_why_not(card)} It was not kept."
    samples = count(parity.samples, "sample")
    if card.rule.most_lost is None:
        return f"The file gives the same answers as the trained network on {samples}."
    found = lost(parity)
    if found is None:
        off = figure(parity.max_abs_diff)
        return f"The file's numbers are off by at most {off} {_STANDARD_DEVIATIONS}, on {samples}."
    kept = "loses no accuracy" if abs(found) < _SAME else f"loses {points(found)} of accuracy"
    kept = f"gains {points(-found)} of accuracy" if found < -_SAME else kept
    same = f"{share(parity.top1_agreement)} of them get" if parity.top1_agreement < 1 else "all of them get"
    return f"The file {kept} on {samples}; {same} the same label."


def rule_in_words(card: ParityCard) -> str:
    """Return what was asked of the file."""
    rule = card.rule
    asked = []
    if rule.largest is not None:
        unit = _STANDARD_DEVIATIONS if not card.labels else "of a probability"
        asked.append(f"no answer further off than {figure(rule.largest)} {unit}")
        if card.labels:
            asked.append("the same label wherever the network was not undecided itself")
    if rule.most_lost is not None:
        asked.append(f"at most {points(rule.most_lost)} of accuracy lost")
    return f"Asked: {', and '.join(asked)}." if asked else "Asked: nothing but numbers."


def divergence_in_words(card: ParityCard) -> str:
    """Return which layer differs first, or an empty text where that was not looked for."""
    found = card.divergence
    if found is None:
        return ""
    return (
        f"The first layer that differs is {found.layer} ({found.operator}): by up to {figure(found.difference)}. "
        "What comes before it gives the same values."
    )


def options_in_words(options: ExportOptions, *, pictures: bool, classes: bool) -> tuple[str, ...]:
    """Return what goes into a file made with ``options`` and what comes out, a sentence each."""
    told = []
    if pictures:
        axes = "[batch, height, width, 3]" if options.layout == "nhwc" else "[batch, 3, height, width]"
        pixels = "bytes from 0 to 255" if options.pixels == "uint8" else "numbers from 0 to 1"
        sizes = "Pictures of any size" if options.any_size else "Pictures of the size that it was trained with"
        told.append(f"{sizes} go in, as {pixels}, {axes}.")
    else:
        told.append("The table's numbers go in as they are, [batch, columns]; scaling is inside.")
    if not classes:
        told.append("The number that was learned comes out, in its own unit.")
    elif options.logits:
        told.append("Logits come out: what reads the file takes the softmax itself.")
    else:
        told.append("Probabilities come out; softmax is inside.")
    if classes and options.calibrate:
        told.append(
            "Probabilities are calibrated on the validation samples, and the file says from where on to trust it."
        )
    return tuple(told)


def why_recommended(exports: Exports) -> str:
    """Return which file is recommended, and why."""
    chosen = exports.recommended
    name, bytes_ = title_of(chosen), size(chosen.card.size_bytes)
    if len(exports.exported) == 1:
        return f"{name} is the one file there is ({bytes_})."
    found = lost(chosen.parity)
    if found is None:
        return f"{name} is recommended: the smallest file that gives the network's answers ({bytes_})."
    allowed = points(exports.most_lost)
    if found > exports.most_lost + _SAME:
        return (
            f"{name} is recommended ({bytes_}), although it loses more than {allowed} of accuracy: so does every file."
        )
    smaller = [each for each in exports.exported if each.card.size_bytes < chosen.card.size_bytes]
    if smaller and all(each.onnx not in exports.outdated for each in smaller):
        return f"{name} is recommended ({bytes_}): every smaller file loses more than {allowed} of accuracy."
    gone = "none" if found < _SAME else points(found)
    return f"{name} is recommended: the smallest file that loses at most {allowed} of accuracy ({bytes_}, {gone} lost)."


def row_verdict(exported: Exported, exports: Exports) -> str:
    """Return what stands at the end of a file's row."""
    if exported.onnx in exports.outdated:
        return "outdated"
    if not exported.card.passed:
        return "does not give the network's answers"
    found = lost(exported.parity)
    if found is not None and found > exports.most_lost + _SAME:
        return f"loses more than {points(exports.most_lost)}"
    return "recommended" if exported == exports.recommended else "passed"


def milliseconds(value: float) -> str:
    """Return a time as ``12.3 ms``, or below one millisecond ``420 µs``."""
    if value < 1.0:
        return f"{value * 1000:.3g} µs"
    return f"{value:.2f} ms" if value < 10 else f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"


def _why_not(card: ParityCard) -> str:
    parity, rule = card.parity, card.rule
    if not math.isfinite(parity.max_abs_diff):
        return "The file gives answers that are no numbers."
    found = lost(parity)
    if rule.most_lost is not None and found is not None and found > rule.most_lost:
        return f"The file loses {points(found)} of accuracy; at most {points(rule.most_lost)} were allowed."
    off = difference_in_words(parity)
    if rule.largest is not None and parity.max_abs_diff > rule.largest:
        return (
            f"The file's answers differ from the network's by up to {off}; at most {figure(rule.largest)} was allowed."
        )
    return f"The file gives {share(1.0 - parity.top1_agreement)} of {count(parity.samples, 'sample')} another label."
