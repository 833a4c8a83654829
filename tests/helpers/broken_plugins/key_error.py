"""Broken: a data source that fails without a sentence."""

from desktop_app.api import DataSource, hookimpl


def load(folder):
    return {}["nothing"]


@hookimpl
def register_data_sources():
    return DataSource("key_error", load)
