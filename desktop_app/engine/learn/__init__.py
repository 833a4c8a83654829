"""The numbers behind the Learn page: races, signals through deep networks, forms of a rule, code that shows it.

Each module computes one subject and returns frozen values with a ``sheet()``, so that it can be tested on numbers,
drawn by the window and saved as CSV (see ``engine/sheet.py``); none of them knows Qt. May import what ``engine`` may.
Read first: ``race.py``.
"""
