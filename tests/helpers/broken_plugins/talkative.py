"""Broken: prints while it is imported."""

import torch

from desktop_app.api import Activation, hookimpl

print("Hello from a plugin")  # noqa: T201


@hookimpl
def register_activations():
    return Activation("talkative", torch.nn.ReLU)
