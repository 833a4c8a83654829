"""Broken: draws from the generator that the training draws from."""

import torch

from desktop_app.api import RunTracker, Tracker, hookimpl


class RollsDice(RunTracker):
    def numbers(self, name, steps, values):
        self.kept = torch.rand(len(steps)) < 0.1


@hookimpl
def register_trackers():
    return Tracker("rolls_dice", RollsDice)
