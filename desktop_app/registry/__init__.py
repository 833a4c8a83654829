"""Finds, loads and isolates plugins, and answers by name.

Three sources, in this order: the built-in files, the user's folder, installed packages (entry points of the group
``downslope``). Each plugin is asked alone, so that one that fails is listed with its reason and hides nobody else; a
file of the user's that nobody knows yet is first imported in a process of its own.

May import: ``api``, ``folders``, ``errors``. Loading plugins imports torch, because plugins do. Read first:
``discovery.py``, then ``loading.py``.
"""

from desktop_app.registry.catalogue import Card, Catalogue
from desktop_app.registry.loading import load_plugins
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry
from desktop_app.registry.reload import Reloaded, reload_plugins

__all__ = ["Card", "Catalogue", "PluginRecord", "Registry", "Reloaded", "load_plugins", "reload_plugins"]
