"""What the Predict page is made of: results that come in, shown as a gallery or as rows, and what is done with them.

``results.py`` holds what was predicted and which of it is shown; ``running.py`` fills it from a thread. ``gallery.py``,
``rows.py``, ``filters.py`` and ``inspector.py`` show it; ``additions.py`` puts pictures back into the training data;
``saving.py`` writes files; ``camera_view.py`` and ``folder_watch.py`` are two more ways in. Read first: ``results.py``.
"""
