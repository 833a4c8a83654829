"""Exported files and their parity cards in sentences that people read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from desktop_app.engine.export import Exported, ExportOptions, Parity, ParityCard
from desktop_app.engine.export.proof.card_text import failure, parting
from desktop_app.engine.export.smaller.choosing import lost
from desktop_app.window.wording import count, figure, share, size

if TYPE_CHECKING:
    from desktop_app.window.exporting.exports import Exports

OUTDATED = "Exported before the last training; export again to have what has been learned since."
_STANDARD_DEVIATIONS = "standard deviations of the numbers it learned from"
# Accuracies are shares of whole samples: what is closer than this is the same share.
_SAME = 1e-9
# What is less would be told as 0.0 points.
_LEAST = 5e-4


def points(fraction: float) -> str:
    """Return a share of accuracy as ``0.4 points``, 1 point being one in a hundred."""
    return f"{fraction * 100:.1f} points"


def lost_in_words(fraction: float) -> str:
    """Return how much is lost as ``0.4 points``, ``none`` or ``gains 0.2 points``."""
    if not math.isfinite(fraction):
        return "everything"
    if abs(fraction) < _SAME:
        return "none"
    if abs(fraction) < _LEAST:
        return f"< {points(0.001)}"
    return points(fraction) if fraction > 0 else f"gains {points(-fraction)}"


def change_in_words(fraction: float) -> str:
    """Return how a file compares, as half a sentence: ``0.4 points lost``, ``none lost`` or ``gains 0.2 points``."""
    words = lost_in_words(fraction)
    return words if words.startswith("gains") else f"{words} lost"


def measure_of(card: ParityCard) -> str:
    """Return what a file may lose: ``accuracy``, or for a regression ``explained variance``."""
    return "accuracy" if card.labels else "explained variance"


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


def verdict(card: ParityCard, reason: str = "") -> str:
    """Return in one sentence whether the file gives the network's answers, or why it was not kept.

    ``reason`` is the sentence that it was refused with, where there is one.
    """
    if reason:
        return f"{reason} {parting(card.divergence)}" if card.divergence is not None else reason
    parity = card.parity
    if not parity.samples:
        return "Nothing was compared: there are no samples."
    if not card.passed:
        return f"{failure(card)} It was not kept."
    samples = count(parity.samples, "sample")
    if card.rule.most_lost is None:
        return f"The file gives the same answers as the trained network on {samples}."
    found = lost(card)
    kept = f"loses {'no' if found < _SAME else lost_in_words(found) + ' of'} {measure_of(card)}"
    kept = f"gains {points(-found)} of {measure_of(card)}" if found < -_LEAST else kept
    if not card.labels:
        off = f"{figure(parity.max_abs_diff)} {_STANDARD_DEVIATIONS}"
        return f"The file {kept} on {samples}; its numbers are off by at most {off}."
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
        asked.append(f"at most {points(rule.most_lost)} of {measure_of(card)} lost")
    return f"Asked: {', and '.join(asked)}." if asked else "Asked: nothing but numbers."


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
    allowed = f"{points(exports.most_lost)} of {measure_of(chosen.card)}"
    if chosen not in exports.good_enough:
        return f"{name} is recommended ({bytes_}), although it loses more than {allowed}: so does every file."
    smaller = [each for each in exports.exported if each.card.size_bytes < chosen.card.size_bytes]
    told = f"{bytes_}, {change_in_words(lost(chosen.card))}"
    if any(each in exports.good_enough for each in smaller):
        return (
            f"{name} is recommended: hardly larger than the smallest that loses at most {allowed}, but faster ({told})."
        )
    if smaller and all(each.onnx not in exports.outdated for each in smaller):
        return f"{name} is recommended ({bytes_}): every smaller file loses more than {allowed}."
    return f"{name} is recommended: the smallest file that loses at most {allowed} ({told})."


def row_verdict(exported: Exported, exports: Exports) -> str:
    """Return what stands at the end of a file's row."""
    if exported.onnx in exports.outdated:
        return "outdated"
    if exported == exports.recommended:
        return "recommended"
    if exported not in exports.good_enough:
        return f"loses more than {points(exports.most_lost)}"
    return "passed"


def milliseconds(value: float) -> str:
    """Return a time as ``12.3 ms``, or below one millisecond ``420 µs``."""
    if value < 1.0:
        return f"{value * 1000:.3g} µs"
    return f"{value:.2f} ms" if value < 10 else f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"
