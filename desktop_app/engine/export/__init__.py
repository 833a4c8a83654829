"""From a run to one ONNX file, with proof that it gives the same answers.

``onnx_file.py`` writes the file, ``parity.py`` compares it with the network it came from, ``export_run`` does both.
Read first: ``exporting.py``.
"""

from desktop_app.engine.export.exporting import ExportReport, export_run
from desktop_app.engine.export.parity import Parity

__all__ = ["ExportReport", "Parity", "export_run"]
