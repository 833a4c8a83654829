"""The guard at each step: finds a loss or gradient that is not finite before the weights are touched."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from desktop_app.engine.device import random_state, restore_random_state
from desktop_app.engine.non_finite import NonFinite, all_finite, first_non_finite_layer, last_non_finite_gradient


class NonFiniteFound(Exception):  # noqa: N818 - what becomes of it is for the policy to say
    """Raised in the midst of a step, whose gradients are then not used."""

    def __init__(self, found: NonFinite) -> None:
        super().__init__(found.sentence)
        self.found = found


class Guard:
    """Looks at each loss and gradient; does nothing where reading a value would make the device wait.

    Args:
        device: What is trained on.
        names: What the layers are called, whatever part of the network a stage trains.
        reads: Whether reading a value costs nothing. Where it does, only the steps up to ``read_until`` are looked at.
    """

    def __init__(self, device: torch.device, names: Mapping[nn.Module, str], *, reads: bool) -> None:
        self._device = device
        self._names = names
        self.always_looks = reads
        """Whether each step is looked at."""
        self._network: nn.Module | None = None
        self._inputs: Sequence[Tensor] = ()
        self._step = 0
        self.learning_rate = 0.0
        """That of the step under way."""
        # What the check of gradients multiplies by and writes to, made once.
        self._one = torch.ones((), device=device)
        self._found = torch.zeros((), device=device)
        self.read_until = 0
        """The last step that is looked at where reads are not free: a place that is come by once more."""

    def begin(self, step: int, network: nn.Module, inputs: Sequence[Tensor], learning_rate: float) -> None:
        """Take in what is about to be stepped with, to say where it went wrong; ``inputs`` are parts of one batch."""
        self._step, self._network, self._inputs, self.learning_rate = step, network, inputs, learning_rate

    @property
    def looks(self) -> bool:
        """Whether the step under way is looked at."""
        return self.always_looks or self._step <= self.read_until

    def loss(self, loss: Tensor) -> None:
        """Raise ``NonFiniteFound`` for a loss that is not finite."""
        if self.looks and not math.isfinite(loss.item()):
            raise NonFiniteFound(NonFinite(self._step, "loss", self.learning_rate, self._first_layer()))

    def gradients(self, weights: Sequence[nn.Parameter]) -> None:
        """Raise ``NonFiniteFound`` where a gradient is not finite."""
        if not self.looks or self._are_finite(weights):
            return
        assert self._network is not None
        # A batch that is not finite itself can give a finite loss, where an activation ends in a bound.
        bad_batch = not all_finite(self._inputs)
        layer = "input" if bad_batch else last_non_finite_gradient(self._network, self._names) or ""
        raise NonFiniteFound(NonFinite(self._step, "gradient", self.learning_rate, layer))

    def _are_finite(self, weights: Sequence[nn.Parameter]) -> bool:
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        plain = all(each.dtype is torch.float32 and not each.requires_grad and not each.is_sparse for each in gradients)
        if not plain:  # a graph's gradients must not be written to
            return all_finite(gradients)
        if not gradients:
            return True
        # The check that gradient scalers are made of: one call for all tensors, a third of the time of a norm each
        # (measured on the CPU). It multiplies by one, which changes no bit.
        torch._amp_foreach_non_finite_check_and_unscale_(gradients, self._found, self._one)
        if not self._found.item():
            return True
        self._found.zero_()
        return False

    def _first_layer(self) -> str:
        """Run the batch once more; what that draws and counts is put back or given up by whoever catches."""
        assert self._network is not None
        before = random_state(self._device)
        try:
            for part in self._inputs:
                if layer := first_non_finite_layer(self._network, part, self._names):
                    return layer
        finally:
            restore_random_state(before, self._device)
        return ""
