"""A look at all samples before anything is trained: what would make a model bad, and what to do about it.

Each module holds one family of checks and returns ``Finding``s; ``scanning.py`` runs them one after the other. Pictures
are decoded once, into a ``Look`` each, from which every check but that of the labels works. None of this knows Qt; may
import what ``engine`` may, heavy libraries only inside functions. Read first: ``finding.py``, then ``scanning.py``.
"""

from desktop_app.engine.scan.finding import Finding as Finding
from desktop_app.engine.scan.finding import ScanReport as ScanReport
from desktop_app.engine.scan.scanning import check_labels as check_labels
from desktop_app.engine.scan.scanning import labels_can_be_checked as labels_can_be_checked
from desktop_app.engine.scan.scanning import scan as scan
from desktop_app.engine.scan.scanning import scan_samples as scan_samples
