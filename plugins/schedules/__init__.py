"""Schedules: ``factory(optimizer, total_steps, **hyper)`` returns an ``LRScheduler``, stepped after each step.

Lengths are shares of ``total_steps``. Steps beyond the end keep the learning rate of the last step. What the course is
made of travels in the state, so that a restored schedule goes on as it was even where it was made for another length.
Read first: ``cosine.py``.
"""
