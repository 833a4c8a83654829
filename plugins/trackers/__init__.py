"""Built-in trackers, one a file; each hands a training's numbers on to a program that people know.

Their packages are extras of Downslope and are imported when a run starts, no sooner. Read first: ``tensorboard.py``.
"""
