"""Broken: a network with a layer that nothing runs through, deaf to what the experiment picks."""

import math

import torch

from desktop_app.api import Network, hookimpl


class Module(torch.nn.Module):
    def __init__(self, input_shape, outputs, parts):
        super().__init__()
        self.used = torch.nn.Linear(math.prod(input_shape), outputs)
        self.idle = torch.nn.Linear(3, 3)

    def forward(self, x):
        return self.used(x.flatten(1))


@hookimpl
def register_networks():
    return Network("idle_layer", Module)
