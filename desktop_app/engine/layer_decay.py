"""Layer-wise learning rates: the head at the full rate, each block nearer to the input at a share of the next one's.

As in ELECTRA (Clark et al. 2020, arXiv:2003.10555) and BEiT (Bao et al. 2021, arXiv:2106.08254): with ``n`` blocks, the
weights of block ``i`` (from 1, at the input) learn at ``decay ** (n + 1 - i)`` times the rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.engine.networks.learning_blocks import learning_blocks
from desktop_app.errors import TrainingError

RATES_IN_GROUPS = ("lr", "initial_lr", "max_lr", "min_lr")
"""Where optimizers and torch's own schedules keep learning rates in a group."""


def decayed_shares(network: SplitNetwork, decay: float) -> dict[nn.Parameter, float]:
    """Return the share of the learning rate of every parameter of the backbone; those of the head have all of it."""
    shares: dict[nn.Parameter, float] = {}
    blocks = learning_blocks(network)
    places = {layer: place for place, block in enumerate(blocks) for layer in block.layers}
    last = len(blocks) - 1
    for layer in network.blocks.modules():
        # An adapter's layers have the share of the block that they lie in: theirs are among its layers.
        for weight in layer.parameters(recurse=False):
            shares[weight] = decay ** (last + 1 - places[layer])
    return shares


def split_groups(optimizer: torch.optim.Optimizer, shares: Mapping[nn.Parameter, float]) -> None:
    """Divide the optimizer's groups by the share of the learning rate; parameters that are not named have all of it.

    The groups are divided once the optimizer has made them, so that rules that tell weights apart by name or shape see
    all of them, and put in place as ``load_state_dict`` does. The largest share comes first: it is the rate on show.
    Raises: ``TrainingError`` for a rule that has one group only.
    """
    if isinstance(optimizer, torch.optim.LBFGS):
        raise _one_rate(optimizer)
    groups: list[dict[str, Any]] = []
    # AdaBound keeps each group's first rate beside the groups, and bounds steps by how far the rate is from it.
    firsts, first_rates = getattr(optimizer, "base_lrs", None), []
    for number, group in enumerate(optimizer.param_groups):
        places: dict[float, list[int]] = {}
        for place, weight in enumerate(group["params"]):
            places.setdefault(shares.get(weight, 1.0), []).append(place)
        for share in sorted(places, reverse=True):
            part = dict(group)
            for key in ("params", "param_names"):
                if key in group:
                    part[key] = [group[key][place] for place in places[share]]
            for key in RATES_IN_GROUPS:
                if isinstance(group.get(key), int | float):
                    part[key] = group[key] * share
            groups.append(part)
            first_rates.append(firsts[number] if firsts else group["lr"])
    if firsts:
        optimizer.base_lrs = first_rates  # type: ignore[attr-defined]
    optimizer.__setstate__({"state": optimizer.state, "param_groups": groups})
    if [group["lr"] for group in optimizer.param_groups] != [group["lr"] for group in groups]:
        raise _one_rate(optimizer)  # one that hands everything on to another optimizer inside


def _one_rate(optimizer: torch.optim.Optimizer) -> TrainingError:
    return TrainingError(
        f"{type(optimizer).__name__} takes one learning rate for all weights; set fine_tuning.layer_decay to 1.0 or "
        "choose another optimizer."
    )
