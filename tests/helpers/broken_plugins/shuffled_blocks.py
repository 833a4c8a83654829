"""Broken: a backbone whose blocks are not in the order they run, and whose pictures are divided by 0."""

from torch import nn

from desktop_app.api import Backbone, BuiltBackbone, PictureRule, hookimpl


def shuffled_blocks(weights):
    module = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh(), nn.Conv2d(3, 3, 3, padding=1))
    return BuiltBackbone(module, PictureRule(size=16, std=(0.0, 1.0, 1.0)), list(reversed(module)))


@hookimpl
def register_backbones():
    return Backbone("shuffled_blocks", shuffled_blocks)
