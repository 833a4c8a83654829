"""The parts of the Train page: curves, layers, findings, the queue and the controls of a training.

May import: what ``window`` may. Read first: ``pages/train.py``, which puts them together.
"""
