"""Broken: imports more of Downslope than the API."""

import torch

from desktop_app.api import Activation, hookimpl


@hookimpl
def register_activations():
    from desktop_app.store import run_folder

    assert run_folder
    return Activation("house_import", torch.nn.ReLU)
