"""Broken: is no Python."""


def broken(:
    pass
