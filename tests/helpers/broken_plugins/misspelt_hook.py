"""Broken: its hook is called like none that there is."""

import torch

from desktop_app.api import Activation, hookimpl


@hookimpl
def register_activation():
    return Activation("misspelt_hook", torch.nn.ReLU)
