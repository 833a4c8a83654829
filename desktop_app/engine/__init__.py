"""From an experiment to a trained, evaluated and exported network, with no window in sight.

``experiment.py`` is the plain description; ``prepare.py`` turns it into a job (data, network, stages); ``loop.py``
trains it in plain Python; ``session.py`` runs the loop on a worker thread and takes commands; ``run.py`` opens what is
left on disk. ``device.py`` is the one place that knows devices.

May import: ``registry``, ``store``, ``inference``, ``reading``, ``api``, ``folders``, ``errors``. Never Qt. Read first:
``experiment.py``, then ``loop.py``.
"""
