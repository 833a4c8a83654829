"""Backbones: ``factory(weights)`` returns a ``BuiltBackbone``: module, preprocessing and blocks in the order they run.

On the ``meta`` device they are built without weights. Read first: ``efficientnet_lite0.py``.
"""
