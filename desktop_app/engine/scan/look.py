"""What one decoding of a picture tells the checks: its size, its content as a hash, and a small likeness of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop_app.reading.pictures import PictureError, read_picture

LIKENESS_SIDE = 16
_HASHED_SIDE = 32
_SAMPLED_SIDE = 64
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Look:
    """What is known of one picture.

    Attributes:
        problem: Why it cannot be read, as half a sentence; the rest says nothing then.
        width: In pixels, upright.
        height: In pixels, upright.
        content: A hash of the file's bytes, or of the pixels where there is no file.
        perceptual: 64 bits of low frequencies (ImageHash's ``phash``), alike for pictures that look alike.
        likeness: The picture scaled to ``uint8 [16, 16, 3]``, whatever its proportions.
        spread: The largest standard deviation of a colour channel, 0 to 127.5; 0 for a picture of one colour.
    """

    problem: str | None = None
    width: int = 0
    height: int = 0
    content: bytes = b""
    perceptual: int = 0
    likeness: NDArray[np.uint8] | None = None
    spread: float = 0.0

    @property
    def shorter_side(self) -> int:
        """In pixels."""
        return min(self.width, self.height)


def look_at(item: Any) -> Look:
    """Return what a picture (a path, or ``uint8 [height, width, 3]``) shows; never raises for a bad file."""
    try:
        if isinstance(item, str | Path):
            image = read_picture(Path(item))
            content = _hash_of_file(Path(item))
        else:
            pixels = np.ascontiguousarray(item)
            image = Image.fromarray(pixels).convert("RGB")
            content = hashlib.blake2b(pixels.tobytes() + repr(pixels.shape).encode(), digest_size=16).digest()
    except PictureError as error:
        return Look(problem=error.problem)
    except OSError as error:
        return Look(problem=f"cannot be read ({error.strerror or type(error).__name__})")
    small = image.resize((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.BOX)
    return Look(
        width=image.width,
        height=image.height,
        content=content,
        perceptual=_perceptual(small),
        likeness=np.asarray(small.resize((LIKENESS_SIDE, LIKENESS_SIDE), Image.Resampling.BOX)),
        spread=_spread(image),
    )


def _hash_of_file(file: Path) -> bytes:
    content = hashlib.blake2b(digest_size=16)
    with file.open("rb") as opened:
        while part := opened.read(_CHUNK_BYTES):
            content.update(part)
    return content.digest()


def _perceptual(small: Image.Image) -> int:
    import imagehash

    bits = imagehash.phash(small).hash
    return int(np.packbits(bits.ravel()).view(np.uint64)[0])


def _spread(image: Image.Image) -> float:
    # Nearest pixels, not means: the mean of fine noise is one colour, and noise is not blank.
    sample = image.resize((_SAMPLED_SIDE, _SAMPLED_SIDE), Image.Resampling.NEAREST)
    return float(np.asarray(sample, dtype=np.float32).std(axis=(0, 1)).max())
