"""Broken: a data source that returns a list."""

from desktop_app.api import DataSource, hookimpl


def load(folder):
    return [1, 2, 3]


@hookimpl
def register_data_sources():
    return DataSource("returns_a_list", load)
