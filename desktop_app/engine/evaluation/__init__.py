"""How good a network is: figures within the training, and everything that the Evaluate page and the report show.

``in_loop.py`` gives loss and accuracy after each epoch. Afterwards ``predictions.py`` asks a run's best network for its
answers once; ``evaluating.py`` makes an ``Evaluation`` of them, with scikit-learn's figures (``classification.py``,
``curves.py``, ``regression.py``). ``folds.py`` trains a small data set's head five times for an honest expectation,
``heat.py`` shows where the network looked, ``document.py`` writes the report.

May import whatever the engine may. Read first: ``evaluating.py``.
"""
