import runpy
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)


@pytest.fixture(scope="module")
def icon_script(root):
    """The script's functions; imported as a module it would leave bytecode where the wheel is made from."""
    return SimpleNamespace(**runpy.run_path(str(root / "resources" / "icons" / "build.py")))


@pytest.mark.parametrize("size", SIZES)
def test_the_committed_pictures_are_drawn_from_the_drawing(icon_script, root, size):
    with Image.open(root / "resources" / "icons" / f"downslope-{size}.png") as picture:
        assert (picture.size, picture.mode) == ((size, size), "RGBA")
        difference = np.asarray(picture).astype(int) - np.asarray(icon_script.draw(size)).astype(int)
    # Another release of Qt may round the edges of shapes otherwise.
    assert np.abs(difference).mean() < 1


def test_the_drawing_fills_its_square_and_leaves_the_corners_free(icon_script):
    pixels = np.asarray(icon_script.draw(64))
    assert pixels[0, 0, 3] == pixels[-1, -1, 3] == 0
    assert pixels[32, 32, 3] == pixels[0, 32, 3] == 255
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50


@pytest.mark.parametrize(("suffix", "sizes"), [("ico", {16, 24, 32, 48, 64, 128, 256}), ("icns", {32, 128, 256, 512})])
def test_the_formats_of_other_systems_hold_every_size(root, suffix, sizes):
    with Image.open(root / "resources" / "icons" / f"downslope.{suffix}") as picture:
        assert {size[0] for size in picture.info["sizes"]} >= sizes


def test_building_anew_writes_the_same_set_of_files(icon_script, root, tmp_path):
    written = {file.name for file in icon_script.build(tmp_path)}
    committed = {file.name for file in (root / "resources" / "icons").glob("downslope*") if file.suffix != ".svg"}
    assert written == committed
