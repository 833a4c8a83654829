"""Downslope: train, compare, fine-tune and export neural networks without writing code.

The house, and the way arrows run: ``window, command -> engine -> registry, store, inference -> api``; plugins know only
``api``. Start reading at ``engine/__init__.py``.

The names below are the Python API. They are loaded when first used, so that ``import desktop_app`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.engine.experiment import Experiment as Experiment
    from desktop_app.engine.run import Run as Run
    from desktop_app.engine.train import resume as resume
    from desktop_app.engine.train import train as train
    from desktop_app.registry import load_plugins as load_plugins

__version__ = "0.1.0"
__all__ = ["Experiment", "Run", "load_plugins", "resume", "train"]

_HOMES = {
    "Experiment": "desktop_app.engine.experiment",
    "Run": "desktop_app.engine.run",
    "load_plugins": "desktop_app.registry",
    "resume": "desktop_app.engine.train",
    "train": "desktop_app.engine.train",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
