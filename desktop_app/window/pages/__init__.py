"""The pages, in the order of the work.

A new page is one file with a subclass of ``Page`` and one line in ``all_pages.py``. Read first: ``page.py``.
"""
