"""What happens inside a training, and what it means.

``instruments.py`` measures each layer while the training runs, ``facts.py`` keeps what does not change over a run,
``evidence.py`` puts both before the rules in ``rules/``, whose thresholds stand in ``thresholds.py``, and
``diagnose.py`` makes of what they find one answer in plain words.

May import: what ``engine`` may. The rules import neither torch nor the loop: they read numbers. Read first:
``finding.py``, then ``diagnose.py``.
"""
