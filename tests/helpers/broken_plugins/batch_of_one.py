"""Broken: a norm whose answer in evaluation depends on the other samples."""

import torch

from desktop_app.api import Normalization, hookimpl


class Module(torch.nn.Module):
    def __init__(self, features: int, dimensions: int):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.scale * (x - x.mean(dim=0)) / (x.var(dim=0, unbiased=False) + 1e-5).sqrt()


@hookimpl
def register_normalizations():
    return Normalization("batch_of_one", Module)
