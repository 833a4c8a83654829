"""Makes ``installer`` importable however pytest was started: it is no part of the installed package."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return ROOT
