"""The window: the only part of the house that knows Qt.

May import: everything but ``command``; torch only on threads behind the window. The window's thread owns every widget;
``background.py`` and ``training.py`` are the two places where another thread hands something over.
Read first: ``application.py``, then ``workspace.py`` (what is open) and ``frame.py`` (how it is shown).
"""
