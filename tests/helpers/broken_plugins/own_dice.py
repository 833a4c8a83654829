"""Broken: draws from Python's generator, which torch's seed does not reach."""

import random

from desktop_app.api import Initializer, hookimpl


def own_dice(weight):
    for row in weight.flatten(1):
        for place in range(len(row)):
            row[place] = random.gauss(0.0, 0.1)


@hookimpl
def register_initializers():
    return Initializer("own_dice", own_dice)
