"""Broken: every weight is the same number."""

import torch

from desktop_app.api import Initializer, hookimpl


@hookimpl
def register_initializers():
    return Initializer("all_alike", torch.nn.init.zeros_)
