"""Hands a run's numbers and events on to other programs, while it is trained or afterwards.

May import: what ``engine`` may.
"""
