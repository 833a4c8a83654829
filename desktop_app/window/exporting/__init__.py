"""The Export page's parts: what is being exported, the table of variants, the parity card, the bundle.

``exporting.py`` runs exports behind the window and holds what came of them, an ``Exports`` of ``exports.py``. The page
in ``pages/export.py`` shows one of three views: ``start_view.py`` before, ``results_view.py`` after, ``failed_view.py``
where the file did not give the network's answers. Sentences about files and cards are in ``card_words.py``. Read first:
``exporting.py``, then ``results_view.py``.
"""
