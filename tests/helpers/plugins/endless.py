"""Endless: a table with an infinite number in it, which no file can bring in."""

import numpy as np

from desktop_app.api import DataSource, Samples, Table, hookimpl


def load(folder):
    values = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    values[7, 0] = np.inf
    return Samples("table", Table(("a", "b"), values), np.arange(40) % 2, ("x", "y"))


@hookimpl
def register_data_sources():
    return DataSource("endless", load)
