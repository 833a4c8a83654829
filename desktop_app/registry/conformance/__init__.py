"""Tries a plugin out: the checks of ``downslope plugins check`` and of the Plugins page.

``check_plugin`` yields one check after the other in this process; ``check_apart`` does so in a process of its own, so
that an endless loop or a hard exit takes nobody along. There is a file for each kind of plugin, with its rules.

May import: ``api``, ``errors``, ``folders``, the rest of ``registry``, torch and ONNX Runtime (once a check runs, not
before). Read first: ``kit.py``.
"""

from desktop_app.registry.conformance.apart import check_apart
from desktop_app.registry.conformance.check import Check
from desktop_app.registry.conformance.kit import check_plugin
from desktop_app.registry.conformance.subject import contributions_of

__all__ = ["Check", "check_apart", "check_plugin", "contributions_of"]
