"""Tries a plugin out: the checks of ``downslope plugins check`` and of the Plugins page.

May import: ``api``, ``errors``, the rest of ``registry``, torch and ONNX. Read first: ``check.py``.
"""
