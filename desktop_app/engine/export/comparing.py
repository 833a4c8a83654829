"""Compares an exported file with the network it came from, sample by sample."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from desktop_app.engine.export.parity import compare
from desktop_app.engine.export.parity_card import ParityCard, ParityRule, ProviderParity, Variant
from desktop_app.engine.export.source import ExportSource
from desktop_app.inference.onnx_session import OnnxModel

_BATCH = 32


def compare_file(
    source: ExportSource,
    path: Path,
    variant: Variant = "float32",
    rule: ParityRule | None = None,
    report: Callable[[float], None] = lambda share: None,
) -> ParityCard:
    """Run all samples through the file and through the network, and return the card.

    ``report`` is called with the share that is done. Raises: ``ModelError`` for a file that cannot be used.
    """
    rule = rule or ParityRule()
    ours = source.answers(lambda share: report(share / 2))
    model = OnnxModel.open(path, "CPUExecutionProvider")
    theirs = []
    done = 0
    for raw in source.samples.batches(_BATCH):
        theirs.append(model.run(raw, batch_size=_BATCH))
        done += len(raw)
        report(0.5 + 0.5 * done / len(source.samples))
    samples = source.samples
    parity = compare(ours, np.concatenate(theirs), samples.labels, source.scale, rule, samples.targets)
    return ParityCard(
        model=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size_bytes=path.stat().st_size,
        run=source.run.folder.name,
        variant=variant,
        labels=source.run.classes,
        rule=rule,
        providers=(ProviderParity(provider=model.provider, parity=parity),),
    )
