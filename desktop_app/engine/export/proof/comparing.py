"""Compares an exported file with the network it came from, sample by sample, on each provider that is here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.export.proof.differing import differing_samples, most_differing
from desktop_app.engine.export.proof.divergence import find_divergence
from desktop_app.engine.export.proof.parity import compare
from desktop_app.engine.export.proof.parity_card import Parity, ParityCard, ParityRule, ProviderParity, Variant
from desktop_app.engine.export.proof.shipped_answers import shipped_answers
from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import ModelError
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.providers import CPU, choose_providers

# Torch's answers are worked out once and the file's on each provider; half of the way each is near enough to the truth.
_TORCH_SHARE = 0.5


@dataclass(frozen=True)
class _Compared:
    """One provider's answers and what came of the comparison."""

    provider: str
    answers: NDArray[np.float32]
    parity: Parity


def compare_file(
    source: ExportSource,
    path: Path,
    variant: Variant = "float32",
    rule: ParityRule | None = None,
    report: Callable[[float], None] = lambda share: None,
    providers: Sequence[str] | None = None,
) -> ParityCard:
    """Run all samples through the file and through the network, and return the card.

    The file's side goes from the samples' files through the code that people predict with. A card that did not pass
    names the first layer where the two part.

    Args:
        rule: What has to hold; by default what the contract asks of float32.
        report: Called with the share that is done; may raise to cancel.
        providers: ONNX Runtime's providers to compare on, by the names that ``OnnxModel.open`` takes; by default the
            CPU and every other one that works here.
    Raises: ``ModelError`` for a file that cannot be used, and for a provider in ``providers`` that does not run it;
        ``DataError`` that names a sample that cannot be read any more.
    """
    rule = rule or ParityRule()
    ours = source.answers(lambda share: report(_TORCH_SHARE * share))
    wanted = list(providers) if providers is not None else present_providers()
    compared: list[_Compared] = []
    for place, provider in enumerate(wanted):

        def step(share: float, place: int = place) -> None:
            report(_TORCH_SHARE + (1 - _TORCH_SHARE) * (place + share) / len(wanted))

        model = OnnxModel.open(path, provider)
        # It falls back at once, or while it runs.
        answers = shipped_answers(source, model, step) if _runs(model, provider) else None
        if answers is None or not _runs(model, provider):
            if providers is not None:
                raise ModelError(
                    f'The provider "{provider}" does not run "{path}" here; {model.provider} took its place. '
                    "Verify with another provider, or install what it needs."
                )
            continue
        samples = source.samples
        parity = compare(ours, answers, samples.labels, source.scale, rule, samples.targets)
        compared.append(_Compared(model.provider, answers, parity))
    return _card(source, path, variant, rule, ours, compared)


def _runs(model: OnnxModel, provider: str) -> bool:
    return model.provider == choose_providers(provider)[0]


def present_providers() -> list[str]:
    """Return the providers that may run a model here, the CPU first."""
    return [CPU, *(name for name in choose_providers("auto") if name != CPU)]


def _card(
    source: ExportSource,
    path: Path,
    variant: Variant,
    rule: ParityRule,
    ours: NDArray[np.float32],
    compared: Sequence[_Compared],
) -> ParityCard:
    content = path.read_bytes()
    card = ParityCard(
        model=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        run=source.run.folder.name,
        variant=variant,
        labels=source.run.classes,
        rule=rule,
        providers=tuple(ProviderParity(provider=each.provider, parity=each.parity) for each in compared),
    )
    furthest = compared[[each.parity for each in compared].index(card.parity)]
    differing = differing_samples(source.samples, ours, furthest.answers, source.scale)
    divergence = None
    if not card.passed:
        places = most_differing(ours, furthest.answers)
        divergence = find_divergence(source, path, variant, places.tolist(), furthest.provider)
    return card.model_copy(update={"differing": differing, "divergence": divergence})
