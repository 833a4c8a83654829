"""Predictions with any ONNX classifier, or an exported regression, by ONNX Runtime alone.

May import: NumPy, ONNX Runtime, psutil, ``desktop_app.reading`` and ``desktop_app.errors``, OpenCV for a camera alone;
never torch, and nothing else of the house, so that a model is served without what trained it.

``file_check.py`` looks through a file before anything acts on it, ``sessions.py`` opens it on a provider,
``graph_form.py`` says what goes in and out, ``onnx_session.py`` puts them together. ``prediction.py`` takes pictures,
folders and tables through a model, ``camera.py`` and ``live.py`` what a camera sees. Read first: ``onnx_session.py``.
"""
