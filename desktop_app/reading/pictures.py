"""Picture files become RGB pictures, and RGB pictures become arrays of the size that a network takes."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from desktop_app.errors import DataError

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
# Only these decoders are tried: Pillow has others that start programs (EPS) or open further files.
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
MAX_PIXELS = 80_000_000
"""The most pixels that are decoded, 240 MB as RGB; a file of a few kB can announce thousands of times that."""

Rule = Literal["crop", "stretch", "pad"]
Interpolation = Literal["bilinear", "bicubic", "nearest"]
_RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}
_ORIENTATION_TAG = 0x0112
# EXIF 2.32, table 6: how the stored picture has to be turned to be seen upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(DataError):
    """A file that is no picture; ``problem`` says why as half a sentence that follows the file's name."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f'The picture "{path}" {problem}; repair it or leave it out.')
        self.problem = problem


class _UnreadableError(Exception):
    """The half sentence alone, where the file's name is not at hand."""


def picture_files(folder: Path, suffixes: Collection[str] = PICTURE_SUFFIXES) -> list[Path]:
    """Return the files with one of ``suffixes`` in ``folder`` and the folders below, in the order of their names.

    Suffixes are written small and with their dot, and found in capitals, too. Hidden files and folders (a leading dot)
    are left out; links are followed, each folder once.
    Raises: ``DataError`` where ``folder`` is no folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f'There is no folder "{folder}"; check the path.')
    found = [path for path in _visible_files(folder) if path.suffix.lower() in suffixes]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def read_picture(path: Path) -> Image.Image:
    """Return the picture in ``path`` as RGB, upright, 8 bits a channel.

    Grey and palette pictures become RGB, transparency is laid on white, 16 bits are scaled to 8, CMYK is converted, and
    of an animation the first frame is taken.
    Raises: ``PictureError``, a ``DataError``, where the file is missing, empty, no picture, cut short, damaged or has
        more than ``MAX_PIXELS``.
    """
    try:
        return _decode(Path(path))
    except _UnreadableError as reason:
        raise PictureError(path, str(reason)) from reason


def check_picture(path: Path) -> str | None:
    """Return what is wrong with a picture as half a sentence ("is empty (0 bytes)"), or ``None`` where it can be read.

    The picture is decoded whole, so that one that was cut short is found.
    """
    try:
        _decode(Path(path))
    except _UnreadableError as reason:
        return str(reason)
    return None


def fit_picture(
    image: Image.Image, size: tuple[int, int], rule: Rule = "crop", interpolation: Interpolation = "bilinear"
) -> NDArray[np.uint8]:
    """Return ``image`` as RGB, ``uint8 [height, width, 3]`` of ``size``, which is ``(height, width)`` in pixels.

    ``crop`` scales the shorter side to fit and cuts the centre out of the longer one, ``stretch`` ignores the
    proportions, ``pad`` keeps the whole picture, centred on black. Shrinking
    filters over all pixels, except with ``nearest``.
    Raises: ``ValueError`` for a size below 1 and for an unknown rule or interpolation.
    """
    height, width = size
    if height < 1 or width < 1:
        raise ValueError(f"fit_picture: a size must be at least 1 x 1 pixels, got {height} x {width}")
    if interpolation not in _RESAMPLING:
        raise ValueError(f"fit_picture: interpolation must be one of {', '.join(_RESAMPLING)}, got {interpolation!r}")
    resampling = _RESAMPLING[interpolation]
    image = image if image.mode == "RGB" else image.convert("RGB")
    if rule == "crop":
        # One resize out of the centre's box: scaling first would blow a strip of 1 x 10,000 pixels up to gigabytes.
        scale = max(height / image.height, width / image.width)
        kept_width, kept_height = min(width / scale, image.width), min(height / scale, image.height)
        left, top = (image.width - kept_width) / 2, (image.height - kept_height) / 2
        fitted = image.resize((width, height), resampling, box=(left, top, left + kept_width, top + kept_height))
    elif rule == "stretch":
        fitted = image.resize((width, height), resampling)
    elif rule == "pad":
        scale = min(height / image.height, width / image.width)
        inner = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        fitted = Image.new("RGB", (width, height))
        fitted.paste(image.resize(inner, resampling), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    else:
        raise ValueError(f"fit_picture: rule must be crop, stretch or pad, got {rule!r}")
    return np.array(fitted, dtype=np.uint8)


def _visible_files(folder: Path) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    for parent, folders, files in os.walk(folder, followlinks=True):
        place = os.stat(parent)
        if (place.st_dev, place.st_ino) in seen:
            folders.clear()
            continue
        seen.add((place.st_dev, place.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _decode(path: Path) -> Image.Image:
    try:
        with path.open("rb") as file:
            signature = file.read(8)
            if not signature:
                raise _UnreadableError("is empty (0 bytes)")
            file.seek(0)
            try:
                with Image.open(file, formats=_FORMATS) as image:
                    _check_size(image)
                    image.load()
                    return _as_rgb(_turned_upright(image))
            except UnidentifiedImageError as error:
                known = signature.startswith(_SIGNATURES)
                raise _UnreadableError("is cut short or damaged" if known else "is not a picture") from error
    except FileNotFoundError as error:
        raise _UnreadableError("does not exist") from error
    except IsADirectoryError as error:
        raise _UnreadableError("is a folder, not a picture") from error
    except PermissionError as error:
        raise _UnreadableError("is a folder, not a picture" if path.is_dir() else "may not be read by you") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _UnreadableError(f"is too large: it has more than {MAX_PIXELS:,} pixels") from error
    except _UnreadableError:
        raise
    except Exception as error:  # a decoder's border: given damaged bytes, each raises errors of its own
        text = str(error).strip().rstrip(".")
        if isinstance(error, EOFError) or "truncated" in text.lower():
            raise _UnreadableError("is cut short: its data ends too early") from error
        if "could not create decoder" in text:  # all that libwebp says, mostly about files that were cut
            raise _UnreadableError("is cut short or damaged") from error
        raise _UnreadableError(f"is damaged ({text or type(error).__name__})") from error


def _check_size(image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise _UnreadableError(
            f"is too large: it has {image.width:,} x {image.height:,} pixels, more than {MAX_PIXELS:,} in all"
        )
    if pixels == 0:
        raise _UnreadableError("has no pixels")


def _turned_upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - a decoder's border: damaged notes about a picture do not spoil the picture
        return image
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        image = _as_eight_bits(image)
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")


def _as_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; 32-bit grey has no agreed white, so its own largest value is taken for it."""
    values = np.nan_to_num(np.asarray(image).astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16"):
        white = 65535.0
    else:
        values -= min(0.0, float(values.min()))
        largest = float(values.max())
        white = next((bound for bound in (1.0, 255.0, 65535.0) if largest <= bound), largest)
        if image.mode == "I" and white == 1.0:
            white = 255.0
    return Image.fromarray(np.round(values * (255.0 / white)).astype(np.uint8))
