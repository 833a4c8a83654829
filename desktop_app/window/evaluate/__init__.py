"""What the Evaluate page is made of.

``judging.py`` has the figures worked out behind the window; ``confusion_view.py``, ``class_table.py``,
``curve_view.py``, ``answer_view.py`` and ``sample_grid.py`` show them; ``picture_view.py`` shows one picture, where the
network looked, and what can be done about it. Read first: ``judging.py``, then ``pages/evaluate.py``.
"""
