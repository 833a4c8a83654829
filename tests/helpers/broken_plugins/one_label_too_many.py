"""Broken: a label that is no place in the classes."""

import numpy as np

from desktop_app.api import DataSource, Samples, Table, hookimpl


def load(folder):
    table = Table(("a",), np.ones((3, 1), dtype=np.float32))
    return Samples("table", table, np.array([0, 1, 2]), ("no", "yes"))


@hookimpl
def register_data_sources():
    return DataSource("one_label_too_many", load)
