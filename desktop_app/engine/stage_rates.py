"""What learns in which stage and how fast: told from the plans alone, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.job import StagePlan
from desktop_app.engine.layer_decay import decayed_shares
from desktop_app.engine.networks.freezing import freeze, thaw_last
from desktop_app.engine.networks.summary import Learning
from desktop_app.registry import Registry


def learning_of(
    network: nn.Module, plans: Sequence[StagePlan], registry: Registry
) -> Callable[[nn.Module], tuple[Learning | None, ...]]:
    """Return what tells how a layer learns in the training and in the fine-tuning, if there is one.

    The steps of a gradual unfreezing are one fine-tuning, in which a layer learns from some epoch on. The network is
    left as it is in the first stage.
    """
    first, *tuning = plans
    at_first = _in_stage(network, first, registry)
    later: dict[nn.Parameter, Learning] = {}
    epoch = 1
    for plan in tuning:
        for weight, rate in _in_stage(network, plan, registry).items():
            later.setdefault(weight, Learning(rate, epoch))
        epoch += plan.epochs
    _in_stage(network, first, registry)

    def tell(layer: nn.Module) -> tuple[Learning | None, ...]:
        weights = list(layer.parameters(recurse=False))
        now = next((Learning(at_first[weight]) for weight in weights if weight in at_first), None)
        then = next((later[weight] for weight in weights if weight in later), None)
        return (now, then) if tuning else (now,)

    return tell


def _in_stage(network: nn.Module, plan: StagePlan, registry: Registry) -> dict[nn.Parameter, float | None]:
    """Return the rate of every parameter that learns in a stage, ``None`` where the rule has none of its own."""
    network.requires_grad_(True)
    shares: dict[nn.Parameter, float] = {}
    if plan.frozen and isinstance(network, SplitNetwork):
        if plan.thawed:
            thaw_last(network, plan.thawed)
            shares = decayed_shares(network, plan.layer_decay)
        else:
            freeze(network.blocks)
    rate = _rate(plan.optimizer, registry)
    return {
        weight: rate if rate is None else rate * shares.get(weight, 1.0)
        for weight in network.parameters()
        if weight.requires_grad
    }


def _rate(optimizer: PluginChoice, registry: Registry) -> float | None:
    defaults = {found.name: found.default for found in registry.optimizers[optimizer.name].parameters}
    rate = optimizer.hyper.get("lr", defaults.get("lr"))
    return float(rate) if isinstance(rate, int | float) else None
