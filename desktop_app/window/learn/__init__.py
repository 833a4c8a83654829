"""What the Learn page shows: cards of plugins, and lessons, which are pictures that move.

The numbers come from ``engine.learn``; here they are drawn. May import what ``window`` may. Read first: ``lesson.py``;
a new lesson is one file and one entry in ``all_lessons.py``.
"""
