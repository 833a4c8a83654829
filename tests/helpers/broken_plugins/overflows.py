"""Broken: overflows where exp does."""

import torch

from desktop_app.api import Activation, hookimpl


class Module(torch.nn.Module):
    def forward(self, x):
        return torch.log(1.0 + torch.exp(x))


@hookimpl
def register_activations():
    return Activation("overflows", Module)
