"""Smaller and faster files: float16 and INT8, each with its proof and its latency, and which of them to take.

``half_precision.py`` and ``quantisation.py`` write one each, out of the float32 file; what a layer sees is measured on
training samples (``training_draw.py``, ``ranges.py``), never on those that the proof is made with. ``variants.py``
makes and compares all of them, ``choosing.py`` picks one. Read first: ``variants.py``.
"""
