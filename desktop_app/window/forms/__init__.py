"""Forms: made from plugins' signatures and from the sections of an experiment, never by hand.

Read first: ``editors.py`` (one editor a kind of value), ``field.py`` (an editor with its label), ``form.py``,
``plugin_form.py``.
"""
