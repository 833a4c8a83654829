"""Parity cards and exported files with figures that a test chooses, as an export would give them."""

from __future__ import annotations

from pathlib import Path

from desktop_app.engine.export import Exported, Parity, ParityCard
from desktop_app.engine.export.exported import Latency
from desktop_app.engine.export.proof.parity_card import Difference, Divergence, ParityRule, ProviderParity, Variant

NAMES = {"float32": "model.onnx", "float16": "model-float16.onnx", "int8": "model-int8.onnx"}


def card(
    variant: Variant = "float32",
    *,
    size_bytes: int = 18_700_000,
    lost: float | None = 0.0,
    largest: float = 1e-6,
    same: float = 1.0,
    passed: bool = True,
    most_lost: float | None = None,
    labels: tuple[str, ...] = ("dark", "light"),
    differing: tuple[Difference, ...] = (),
    divergence: Divergence | None = None,
    providers: tuple[str, ...] = ("CPUExecutionProvider",),
) -> ParityCard:
    """Return a card; ``lost`` is the share of accuracy that the file loses, ``None`` and no labels a regression's."""
    parity = Parity(
        samples=200,
        top1_agreement=same,
        max_abs_diff=largest,
        mean_abs_diff=largest / 10,
        accuracy_torch=None if lost is None else 0.95,
        accuracy_onnx=None if lost is None else 0.95 - lost,
        explained_torch=0.9 if lost is None else None,
        explained_onnx=0.898 if lost is None else None,
        passed=passed,
    )
    return ParityCard(
        model=NAMES[variant],
        sha256=variant.ljust(64, "0"),
        size_bytes=size_bytes,
        run="shades-1",
        variant=variant,
        labels=labels,
        rule=ParityRule() if most_lost is None else ParityRule(largest=None, most_lost=most_lost),
        providers=tuple(ProviderParity(provider=each, parity=parity) for each in providers),
        differing=differing,
        divergence=divergence,
    )


def exported(folder: Path, shown: ParityCard, single_ms: float | None = None, name: str = "") -> Exported:
    """Return what is known of a file in ``folder``, which is made where there is none."""
    path = folder / (name or shown.model)
    if not path.exists():
        path.write_bytes(shown.variant.encode())
    latency = None
    if single_ms is not None:
        latency = Latency(
            provider="CPUExecutionProvider", threads=2, batch=32, single_ms=single_ms, batch_ms=single_ms / 2
        )
    return Exported(onnx=path, card=shown, latency=latency)


def difference(name: str, torch: tuple[float, ...], onnx: tuple[float, ...], truth: str = "dark") -> Difference:
    """Return a sample with the answers to it; its labels are those of ``card``."""
    labels = ("dark", "light")
    return Difference(
        name=name,
        truth=truth,
        torch_label=labels[torch.index(max(torch))],
        onnx_label=labels[onnx.index(max(onnx))],
        torch=torch,
        onnx=onnx,
        difference=max(abs(one - other) for one, other in zip(torch, onnx, strict=True)),
    )
