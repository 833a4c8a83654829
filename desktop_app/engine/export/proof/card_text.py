"""A parity card in words: lines for the command line, Markdown for the bundle. Needs no torch."""

from __future__ import annotations

import math

from desktop_app.engine.export.proof.parity_card import Difference, Divergence, Parity, ParityCard

_SHOWN = 5


def verdict(card: ParityCard) -> str:
    """Return in one sentence whether the file gives the network's answers."""
    if not card.passed:
        return failure(card)
    parity, what = card.parity, _measure(card)
    if card.rule.largest is None and what:
        kept = f"loses {points(parity.lost)} of" if parity.lost > 0 else "keeps"
        return f'Passed: {card.model} {kept} the {what} of the network in "{card.run}".'
    return f'Passed: {card.model} gives the answers of the network in "{card.run}".'


def failure(card: ParityCard) -> str:
    """Return in one or two sentences how a file that did not pass differs."""
    parity, rule = card.parity, card.rule
    on = f"on {parity.samples:,} samples"
    if len(card.providers) > 1:
        on += f" with {next(each.provider for each in card.providers if each.parity == parity)}"
    what = _measure(card)
    if not math.isfinite(parity.max_abs_diff):
        said = f"The exported {card.variant} file gives answers that are not finite numbers, {on}."
    elif rule.most_lost is not None and what and parity.lost > rule.most_lost:
        loses = f"loses {points(parity.lost)} of {what} {on}"
        said = f"The exported {card.variant} file {loses}, and may lose {100 * rule.most_lost:g}."
    else:
        labels = f", and {_share(parity.top1_agreement)} of the labels agree" if card.labels else ""
        differ = f"they differ by up to {_difference(card, parity.max_abs_diff)}{labels}"
        said = f"The exported file does not give the network's answers: {on} {differ}."
    return f"{said} {parting(card.divergence)}" if card.divergence else said


def parting(divergence: Divergence) -> str:
    """Return in one sentence where a file and its network part."""
    off = f"its output is off by {_percent(divergence.difference)}"
    named = {
        "capture": "The network does something else when it is captured for export than when it runs: "
        f"its answers are off by {_percent(divergence.difference)}.",
        "resizing": "They part where pictures are resized inside the file: "
        f"the answers are off by {_percent(divergence.difference)}.",
        "preprocessing": f"They part before the first layer, where values are prepared ({divergence.operator}): {off}.",
        "answers": f"They part after the last layer, where answers are made ({divergence.operator}): "
        f"they are off by {_percent(divergence.difference)}.",
    }
    usual = f'The first layer where they part is "{divergence.layer}" ({divergence.operator}): {off}.'
    return named.get(divergence.layer, usual)


def asked(card: ParityCard) -> str:
    """Return in half a sentence what has to hold."""
    rule, parts = card.rule, []
    if rule.largest is not None and card.labels:
        parts.append(f"the same label, and no probability further off than {rule.largest:g}")
    elif rule.largest is not None:
        parts.append(f"no answer further off than {rule.largest:g} standard deviations")
    if rule.most_lost is not None:
        parts.append(f"at most {points(rule.most_lost)} of {_measure(card) or 'accuracy'} lost")
    return "; ".join(parts) or "finite answers"


def points(share: float) -> str:
    """Return a share of accuracy as percentage points."""
    number = f"{100 * share:.3g}"
    return f"{number} point" if number == "1" else f"{number} points"


def lines(card: ParityCard) -> list[str]:
    """Return the card as lines of plain text."""
    found = [verdict(card), *(f"  {remark}" for remark in card.remarks)]
    found += [f"  {name:<21} {value}" for name, value in _facts(card)]
    for each in card.providers:
        found.append(f"  {each.provider}: {_figures(card, each.parity)}")
    others = [each for each in card.differing if each.torch_label != each.onnx_label and card.labels]
    shown = others if others else (() if card.passed else card.differing)
    if shown:
        found.append("  Another label:" if others else "  Furthest apart:")
        found += [f"    {_sample(card, each)}" for each in shown[:_SHOWN]]
        if len(shown) > _SHOWN:
            found.append(f"    and {len(shown) - _SHOWN} more")
    return found


def markdown(card: ParityCard) -> str:
    """Return the card as Markdown without a heading: the verdict, a table of providers, what is known of the file."""
    rows = ["| provider | samples | same label | largest difference | mean difference | accuracy: network, file |"]
    rows.append("| --- | --- | --- | --- | --- | --- |")
    for each in card.providers:
        parity = each.parity
        agreement = _share(parity.top1_agreement) if card.labels else "-"
        accuracy = f"{_share(parity.accuracy_torch)}, {_share(parity.accuracy_onnx)}"
        rows.append(
            f"| {each.provider} | {parity.samples:,} | {agreement} | {_difference(card, parity.max_abs_diff)} "
            f"| {_difference(card, parity.mean_abs_diff)} | {accuracy} |"
        )
    facts = [f"- {name}: {value}" for name, value in _facts(card)]
    return "\n".join([" ".join([verdict(card), *card.remarks]), "", *rows, "", *facts, ""])


def _facts(card: ParityCard) -> list[tuple[str, str]]:
    return [
        ("Asked for", asked(card)),
        ("Kind of numbers", card.variant),
        ("Size", f"{card.size_bytes / 1e6:.2f} MB"),
        ("SHA-256", card.sha256),
    ]


def _figures(card: ParityCard, parity: Parity) -> str:
    said = [f"{parity.samples:,} samples"]
    if card.labels:
        said.append(f"{_share(parity.top1_agreement)} with the same label")
    said.append(f"largest difference {_difference(card, parity.max_abs_diff)}")
    said.append(f"mean {_difference(card, parity.mean_abs_diff)}")
    if parity.accuracy_torch is not None:
        said.append(f"accuracy {_share(parity.accuracy_torch)} before and {_share(parity.accuracy_onnx)} after")
    if parity.explained_torch is not None and parity.explained_onnx is not None:
        said.append(f"R2 {parity.explained_torch:.3f} before and {parity.explained_onnx:.3f} after")
    return ", ".join(said)


def _sample(card: ParityCard, each: Difference) -> str:
    if not card.labels:
        return f"{each.name}: {each.torch_label} by the network, {each.onnx_label} by the file"
    network, file = max(each.torch), max(each.onnx)
    return (
        f"{each.name} ({each.truth}): {each.torch_label} {network:.3f} by the network, "
        f"{each.onnx_label} {file:.3f} by the file"
    )


def _measure(card: ParityCard) -> str:
    """Return in words what ``Parity.lost`` is a share of; an empty text where it is of neither."""
    parity = card.parity
    if parity.accuracy_torch is not None and parity.accuracy_onnx is not None:
        return "accuracy"
    return "explained variance" if parity.explained_torch is not None and parity.explained_onnx is not None else ""


def _difference(card: ParityCard, number: float) -> str:
    """Return a difference with its unit: probabilities have none."""
    return f"{number:.2g}" if card.labels else f"{number:.2g} standard deviations"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"
