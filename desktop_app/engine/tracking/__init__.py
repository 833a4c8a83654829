"""Hands a run's numbers and events on to trackers, which are plugins: while it is trained, or afterwards.

``tracking`` follows a training, ``feed`` keeps one tracker's thread away from it, ``replay`` hands over a run that has
ended, ``description`` says what was trained.

May import: what ``engine`` may. Read first: ``tracking.py``.
"""
