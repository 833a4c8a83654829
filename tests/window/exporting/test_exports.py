"""What was exported from a run: in order, without what is gone, and what is older than the network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from parity_cards import card, exported

from desktop_app.engine.export.exported import remember
from desktop_app.engine.run import Run
from desktop_app.window.exporting.exports import exports_now

SECOND_NS = 10**9


@pytest.fixture
def written(shades: Run) -> Run:
    """Return a run from which int8 and float32 were exported, in this order."""
    small = exported(shades.folder, card("int8", size_bytes=50, lost=0.0, most_lost=0.01))
    remember(shades, small, exported(shades.folder, card(size_bytes=100)))
    return shades


def age(path: Path, seconds: float) -> None:
    """Make a file older."""
    before = path.stat().st_mtime_ns - round(seconds * SECOND_NS)
    os.utime(path, ns=(before, before))


def test_files_stand_in_the_order_of_their_variants_and_what_is_gone_is_left_out(written: Run) -> None:
    found = exports_now(written, 0.01)
    assert found is not None
    assert [each.variant for each in found.exported] == ["float32", "int8"]
    assert found.onnx.name == "model-int8.onnx"
    assert found.parity == found.exported[0].parity
    found.onnx.unlink()
    left = exports_now(written, 0.01)
    assert left is not None
    assert [each.variant for each in left.exported] == ["float32"]
    left.onnx.unlink()
    assert exports_now(written, 0.01) is None


def test_a_file_that_is_older_than_the_network_is_outdated_and_not_recommended(written: Run) -> None:
    age(written.folder / "model-int8.onnx", 3600)

    found = exports_now(written, 0.01)

    assert found is not None
    assert found.outdated == {written.folder / "model-int8.onnx"}
    assert not found.is_outdated
    assert found.onnx == written.files.onnx
    age(written.files.onnx, 3600)
    old = exports_now(written, 0.01)
    assert old is not None
    assert old.is_outdated
    assert old.onnx.name == "model-int8.onnx"
