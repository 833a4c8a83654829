"""What a graph says of itself where nobody says what it means: enough to ask a person for the rest."""

from __future__ import annotations

from pathlib import Path

from desktop_app.inference.file_check import check_file
from desktop_app.inference.graph_form import GraphForm, read_form
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.providers import CPU
from desktop_app.inference.sessions import open_session


def look_at_graph(path: Path) -> GraphForm:
    """Return what goes into the model in ``path`` and comes out of it, labels or not.

    Raises: ``ModelError`` for a file that is no ONNX, made to do harm, or takes neither pictures nor columns.
    """
    facts = check_file(path)
    return read_form(path, open_session(path, [CPU]).session, facts.producers, Metadata())
