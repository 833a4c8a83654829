"""Normalizations: ``factory(features, dimensions, **hyper)``; ``dimensions`` is 0 for vectors, 2 for pictures.

Each exports to ONNX and runs at any batch size and picture size in evaluation. Read first: ``batch_norm.py``.
"""
