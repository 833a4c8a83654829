"""Broken: its hook is not marked, so that nobody calls it."""

import torch

from desktop_app.api import Activation


def register_activations():
    return Activation("unmarked_hook", torch.nn.ReLU)
