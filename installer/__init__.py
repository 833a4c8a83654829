"""Makes the application that needs no Python: ``python -m installer.build`` (what ``make installer`` runs).

``build.py`` installs the project as a wheel, lets PyInstaller follow ``downslope.spec`` and packs the result;
``contents.py`` says what the program needs beyond what PyInstaller finds by itself; ``start.py`` is the frozen
program's first file; ``portable.py`` adds the desktop entry, the icons and the archive; ``smoke_test.py`` asks the
finished program to do the job. Nothing here is part of the wheel. May import: ``desktop_app``. Read first:
``build.py``.
"""
