"""Overflowing: an activation whose answers are no numbers once its inputs have grown."""

import torch
from torch import nn

from desktop_app.api import Activation, hookimpl


class Overflowing(nn.Module):
    def __init__(self, limit: float = 5.0):
        super().__init__()
        self.limit = limit

    def forward(self, x):
        return torch.where(x.abs() > self.limit, torch.full_like(x, float("nan")), x.relu())


@hookimpl
def register_activations():
    return Activation("overflowing", Overflowing, summary="NaN beyond a limit")
