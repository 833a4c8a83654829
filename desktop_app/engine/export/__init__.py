"""From a run to ONNX files, with proof that they give the same answers.

``source.py`` opens the run, ``onnx_file.py`` writes the file, ``exporting.py`` does both and keeps the file only where
it was proven. ``proof/`` compares a file with the network it came from, ``smaller/`` makes float16 and INT8 of it,
``bundle/`` packs it for somebody else. What is imported here needs no torch, so that the window may ask what was
exported before torch is there. Read first: ``exporting.py``.
"""

from desktop_app.engine.export.exported import Exported, exports_of
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.proof.parity_card import Parity, ParityCard

__all__ = ["ExportOptions", "Exported", "Parity", "ParityCard", "exports_of"]
