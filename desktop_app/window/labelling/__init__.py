"""Labelling unsorted pictures in the window: the Data page shows ``view.py`` while such a folder is open.

``desk.py`` opens and closes folders and leads on to the training; ``session.py`` is one open folder: its labels,
features and proposals; the other files are what is seen of it. Labels themselves, proposals and their file are the
engine's (``engine/labelling``). Read first: ``session.py``.
"""
