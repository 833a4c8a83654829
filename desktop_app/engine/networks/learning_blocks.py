"""A backbone's blocks as fine-tuning takes them: in the order they run, each with at least one layer that counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.engine.networks.freezing import counting
from desktop_app.engine.networks.layers import layers_of


@dataclass
class LearningBlock:
    """Layers with parameters that are thawed together and share a learning rate.

    ``counted`` is how many of them ``unfreeze_last`` counts.
    """

    layers: list[nn.Module] = field(default_factory=list)
    counted: int = 0


def learning_blocks(network: SplitNetwork) -> list[LearningBlock]:
    """Return the backbone's blocks from its input to its end.

    They are the network's own ``blocks``. Where only one of those has layers that count, as with a vision transformer,
    whose position embedding makes it no chain of modules, it is taken apart at the first number in its layers' names
    (``network.blocks.11``). Norms and embeddings without a layer that counts belong to the block before them, the first
    ones to the block after.
    """
    named = list(_named(network, inside=False))
    counts = counting(network)
    if len({name for name, layer in named if counts(layer)}) < 2:
        named = list(_named(network, inside=True))
    counted = {name for name, layer in named if counts(layer)}
    found: list[LearningBlock] = []
    last = ""
    for name, layer in named:
        if not found or (name != last and found[-1].counted and name in counted):
            found.append(LearningBlock())
        last = name
        found[-1].layers.append(layer)
        found[-1].counted += counts(layer)
    return found


def counts_of_steps(network: SplitNetwork, unfreeze_last: int) -> list[int]:
    """Return how many of the last layers learn in each step of a gradual unfreezing, block by block from the end."""
    steps: list[int] = []
    reached = 0
    for block in reversed(learning_blocks(network)):
        if reached >= unfreeze_last:
            break
        if block.counted:
            reached = min(reached + block.counted, unfreeze_last)
            steps.append(reached)
    return steps


def _named(network: SplitNetwork, inside: bool) -> Iterator[tuple[str, nn.Module]]:
    """Yield each layer with parameters of its own and the name of its block."""
    for place, block in enumerate(network.blocks):
        for layer, name in layers_of(block).items():
            if next(layer.parameters(recurse=False), None) is not None:
                yield (f"{place}.{_up_to_number(name)}" if inside else str(place)), layer


def _up_to_number(name: str) -> str:
    """Return the start of a layer's name that says which block it is in: ``network.blocks.11`` of ...``.mlp.fc1``."""
    parts = name.split(".")
    number = next((place for place, part in enumerate(parts) if part.isdigit()), 1)
    return ".".join(parts[: number + 1])
