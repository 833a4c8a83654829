"""What a run leaves on disk, written so that a kill at any moment loses at most what came after the last checkpoint.

``run_folder.py`` names the files, ``metrics.py`` keeps numbers and events in SQLite, ``checkpoints.py`` keeps tensors,
``whole_file.py`` replaces small text files, ``file_lock.py`` lets one process at a time do so, ``who_trains.py`` tells
whether a run is being trained.
Nothing in a run folder can run code when it is read.

May import: ``errors``. Importing it does not import torch. Read first: ``run_folder.py``.
"""
