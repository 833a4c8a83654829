"""Networks: put together from plugins, summarised, and frozen or thawed.

``build.py`` makes a network from an experiment and a task; ``parts.py`` is what network plugins build with;
``preprocessing.py`` and ``answers.py`` are the two ends that are exported with it. Read first: ``build.py``.
"""
