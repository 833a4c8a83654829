"""Broken: takes the name of a built-in that does not give way."""

import torch

from desktop_app.api import Activation, hookimpl


@hookimpl
def register_activations():
    return Activation("relu", torch.nn.ReLU)
