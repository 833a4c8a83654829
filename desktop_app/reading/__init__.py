"""Files become arrays here, the same way for training, for prediction and for plugins.

May import: NumPy, Pillow, Polars and ``desktop_app.errors``; never torch, never Qt. Plugin authors reach it through
``desktop_app.api``. Read first: ``pictures.py``, then ``tables.py``.
"""
