"""An exponential moving average of the weights, which is what is evaluated, kept and exported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


class WeightAverage:
    """Follows weights that learn: after each step ``average = d * average + (1 - d) * weights``.

    ``d`` is ``min(decay, (1 + t) / (10 + t))`` after ``t`` earlier steps, so that a short training is not held back by
    the weights it began with; after the first step the average is the weights themselves. The formula is that of
    TensorFlow's ``ExponentialMovingAverage`` with ``num_updates``.

    Statistics of batch norms are averaged with the same ``d``, because they belong to the weights; what counts steps is
    not. Nothing that is frozen is copied.

    Args:
        decay: 0 to 1; the average reaches back over about ``1 / (1 - decay)`` steps.
        parameters: What learns.
        statistics: Floating-point buffers that move during training.
    """

    def __init__(self, decay: float, parameters: Iterable[nn.Parameter], statistics: Iterable[Tensor] = ()) -> None:
        self._decay = decay
        self._live = _Followed(parameters, statistics)
        self._average = AveragedModel(self._live, use_buffers=True)
        self._exchanged = False

    def update(self) -> None:
        """Take in the weights as they are after a step."""
        steps = int(self._average.n_averaged)
        self._average.multi_avg_fn = get_ema_multi_avg_fn(min(self._decay, (1 + steps) / (10 + steps)))  # type: ignore[no-untyped-call]
        self._average.update_parameters(self._live)

    def evaluating(self, begins: bool) -> None:
        """Put the average in the weights' place, or back to the very bits; a second time changes nothing."""
        if begins == self._exchanged:
            return
        self._exchanged = begins
        for live, average in zip(self._live.values(), self._followed().values(), strict=True):
            kept = live.detach().clone()
            live.detach().copy_(average)
            average.detach().copy_(kept)

    def state(self) -> dict[str, Any]:
        """Return what ``load_state`` needs; outside of an evaluation."""
        return {
            "steps": int(self._average.n_averaged),
            "average": [value.detach() for value in self._followed().values()],
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from ``state``."""
        self._average.n_averaged.fill_(state["steps"])
        for average, kept in zip(self._followed().values(), state["average"], strict=True):
            average.detach().copy_(kept)

    def _followed(self) -> _Followed:
        followed = self._average.module
        assert isinstance(followed, _Followed)
        return followed


class _Followed(nn.Module):
    """Tensors held as a module, which is what torch averages."""

    def __init__(self, parameters: Iterable[nn.Parameter], statistics: Iterable[Tensor]) -> None:
        super().__init__()
        self.weights = nn.ParameterList(parameters)
        for place, statistic in enumerate(statistics):
            self.register_buffer(f"statistic_{place}", statistic)

    def values(self) -> list[Tensor]:
        """Return all tensors, in the order in which they were given."""
        return [*self.parameters(), *self.buffers()]


def moving_statistics(network: nn.Module) -> list[Tensor]:
    """Return the floating-point buffers of layers that are in training mode: those that training may change."""
    return [
        buffer
        for module in network.modules()
        if module.training
        for buffer in module.buffers(recurse=False)
        if buffer.is_floating_point()
    ]
