"""What the parts of the Train page are tried out with where the whole window is not needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desktop_app.window.workspace import Workspace


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """Return a workspace without a window; its threads have ended afterwards."""
    made = Workspace()
    yield made
    made.shut_down()
