"""Picture files become RGB pictures, and RGB pictures become arrays of the size that a network takes."""

import functools
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from desktop_app.errors import DataError

# Only these decoders are tried: Pillow has others that start programs (EPS) or open further files.
_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
# Of the files that begin as HEIC does, videos and AVIF among them, the ones that hold a picture in HEVC.
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_HEAD_BYTES = 12
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


def picture_size(path: Path) -> tuple[int, int]:
    """Return a picture's width and height as they are stored, in pixels, without decoding it.

    Raises: ``PictureError`` where it is none.
    """
    try:
        with _opened(Path(path)) as image:
            return image.size
    except _UnreadableError as reason:
        raise PictureError(path, str(reason)) from reason


def _decode(path: Path) -> Image.Image:
    with _opened(path) as image:
        image.load()
        return _as_rgb(_turned_upright(image))


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a picture, and give whatever goes wrong with it from then on its half sentence."""
    try:
        # Opening a pipe would wait for somebody who writes into it.
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
            raise _UnreadableError(f"is {what}, not a picture")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            if not head:
                raise _UnreadableError("is empty (0 bytes)")
            file.seek(0)
            heic = head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS
            try:
                with Image.open(file, formats=_heic_format() if heic else _FORMATS) as image:
                    _check_size(image)
                    yield image
            except UnidentifiedImageError as error:
                known = heic or head.startswith(_SIGNATURES)
                raise _UnreadableError("is cut short or damaged" if known else "is not a picture") from error
    except FileNotFoundError as error:
        missing = "is a link to a file that does not exist" if path.is_symlink() else "does not exist"
        raise _UnreadableError(missing) from error
    except PermissionError as error:
        raise _UnreadableError("may not be read by you") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _UnreadableError(f"is too large: it has more than {MAX_PIXELS:,} pixels") from error
    except _UnreadableError:
        raise
    except Exception as error:  # a decoder's border: given damaged bytes, each raises errors of its own
        raise _UnreadableError(_what_is_wrong(error)) from error


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    text = str(error).strip().rstrip(".").partition("\n")[0]
    if isinstance(error, EOFError) or "truncated" in text.lower():
        return "is cut short: its data ends too early"
    if "could not create decoder" in text:  # all that libwebp says, mostly about files that were cut
        return "is cut short or damaged"
    return f"is damaged ({text or type(error).__name__})"


@functools.cache
def _heic_format() -> tuple[str]:
    """Return the name of the HEIC decoder, which is loaded when the first such picture is met."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


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
