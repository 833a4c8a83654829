"""Broken: its hook returns the class itself."""

import torch

from desktop_app.api import hookimpl


@hookimpl
def register_activations():
    return torch.nn.ReLU
