"""What frozen blocks make of each sample, computed once and trained on many times."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from desktop_app.engine.data.sources import InMemory, Source

# Batches of one size, the last one padded: another size changes the last bits of the same sample's features.
FEATURE_BATCH = 32


def compute_features(
    source: Source,
    preprocessing: nn.Module,
    blocks: Sequence[nn.Module],
    cuts: Sequence[int],
    report: Callable[[int], None],
    budget: int,
) -> dict[int, InMemory]:
    """Run every sample through the blocks and keep what comes out before each of ``cuts``.

    Args:
        cuts: How many blocks lie before each place; the number of blocks means the end.
        report: Called with the number of samples done; may raise to cancel.
        budget: Bytes that all features together may take. A cut for which they do not fit is left out.

    Returns: features by cut, ``float32 [samples, ...]`` on the device of the source.
    """
    kept: dict[int, Tensor] = {}
    wanted = sorted(set(cuts), reverse=True)  # the later a cut, the smaller its features and the more it saves
    done = 0
    batches = torch.split(torch.arange(len(source)), FEATURE_BATCH)
    with torch.no_grad():
        for batch, raw in zip(batches, source.batches(batches), strict=True):
            outputs = _outputs(padded(raw), preprocessing, blocks, set(wanted))
            if not done:
                for cut in list(wanted):
                    size = outputs[cut][0].numel() * 4 * len(source)
                    if size > budget:
                        wanted.remove(cut)
                        continue
                    budget -= size
                    kept[cut] = torch.empty((len(source), *outputs[cut].shape[1:]), device=raw.device)
                if not wanted:
                    return {}
            for cut in wanted:
                kept[cut][batch[0] : batch[0] + len(batch)] = outputs[cut][: len(batch)]
            done += len(batch)
            report(done)
    return {cut: InMemory(features) for cut, features in kept.items()}


def padded(raw: Tensor) -> Tensor:
    """Return a batch with its last sample repeated until it has ``FEATURE_BATCH`` of them."""
    missing = FEATURE_BATCH - len(raw)
    return torch.cat([raw, raw[-1:].expand(missing, *raw.shape[1:])]) if missing > 0 else raw


def _outputs(raw: Tensor, preprocessing: nn.Module, blocks: Sequence[nn.Module], cuts: set[int]) -> dict[int, Tensor]:
    values = preprocessing(raw)
    if values.ndim == 4:
        values = values.contiguous(memory_format=torch.channels_last)
    outputs = {}
    for place in range(len(blocks) + 1):
        if place in cuts:
            outputs[place] = values.to(torch.float32)
        if place == max(cuts) or place == len(blocks):
            break
        values = blocks[place](values)
    return outputs
