"""The bundle: a folder, and a ZIP of it, that somebody who has never heard of Downslope can use at once.

``writing.py`` puts it together out of what the other files here make, one part each: ``sample.py`` a sample with its
expected answer, ``model_card.py`` what is known of the model, ``page.py`` the web page, ``triton.py`` the model
repository of a Triton server, ``readme.py`` how to use it all. ``placing.py`` puts it in its place, whole or not at
all. The programs and the page themselves lie in ``resources/bundle/``. Read first: ``writing.py``.
"""
