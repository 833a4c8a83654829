"""Overflowing: an activation whose answers, or whose gradients alone, are no numbers once its inputs have grown."""

import torch
from torch import nn

from desktop_app.api import Activation, hookimpl


class Overflowing(nn.Module):
    def __init__(self, limit: float = 5.0, gradient_alone: bool = False):
        super().__init__()
        self.limit = limit
        self.gradient_alone = gradient_alone

    def forward(self, x):
        too_large = x.abs() > self.limit
        if not self.gradient_alone:
            return torch.where(too_large, torch.full_like(x, float("nan")), x.relu())
        if x.requires_grad:
            x.register_hook(lambda gradient: gradient.masked_fill(too_large, float("nan")))
        return x.relu()


@hookimpl
def register_activations():
    return Activation("overflowing", Overflowing, summary="NaN beyond a limit")
