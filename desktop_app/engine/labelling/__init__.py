"""Labelling a folder of unsorted pictures: the labels so far, proposals for the rest, and the file of the labels.

``sheet.py`` holds classes and labels with undo; ``proposals.py`` compares pictures by their features; ``keeping.py``
reads and writes ``labels.csv``. None of them needs torch; the features are made elsewhere
(``engine/data/picture_features.py``). Read first: ``sheet.py``.
"""
