"""Predictions with an exported ONNX file, by ONNX Runtime alone.

May import: NumPy, ONNX Runtime, ``desktop_app.reading`` and ``desktop_app.errors``; never torch, and nothing else of
the house, so that a model is served without what trained it. Read first: ``onnx_session.py``.
"""
