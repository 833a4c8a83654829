"""From a data source to batches on the device.

``settle.py`` fills in what the experiment left open, ``split.py`` says what is trained and validated on,
``pictures.py`` reads files into memory or streams them, ``sources.py`` hands out batches. ``adding.py`` puts one more
picture into a folder of them. Read first: ``sources.py``.
"""
