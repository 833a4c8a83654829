"""Files that look as if they could not be read, and are; one function a kind, each by its name in ``ODD``."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
from bad_files import Maker, chunk, encoded, picture, png_header, write
from PIL import Image, ImageCms

ODD: dict[str, Maker] = {}


def odd(make: Maker) -> Maker:
    """Take a function into ``ODD``."""
    ODD[make.__name__] = make
    return make


@odd
def right_picture_with_a_wrong_suffix(folder: Path) -> Path:
    return write(folder, "really.jpg", encoded("PNG"))


@odd
def right_picture_whose_name_is_not_utf8(folder: Path) -> Path:
    path = os.fsencode(folder) + b"/caf\xe9.png"
    with open(path, "wb") as file:
        file.write(encoded("PNG"))
    return Path(os.fsdecode(path))


@odd
def right_picture_with_a_newline_in_its_name(folder: Path) -> Path:
    return write(folder, "two\nlines.png", encoded("PNG"))


@odd
def one_pixel(folder: Path) -> Path:
    return write(folder, "pixel.png", encoded("PNG", picture(1, 1)))


@odd
def strip_of_one_by_100000(folder: Path) -> Path:
    return write(folder, "strip.png", encoded("PNG", Image.new("RGB", (1, 100_000), "red")))


@odd
def notes_that_are_broken(folder: Path) -> Path:
    return write(folder, "exif.jpg", encoded("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + bytes(20)))


@odd
def profile_that_is_a_bomb(folder: Path) -> Path:
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(900_000), 9))
    return write(folder, "profile.png", png_header(48, 32) + profile + encoded("PNG")[33:])


@odd
def profile_that_swaps_colours(folder: Path) -> Path:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return write(folder, "swapped.jpg", encoded("JPEG", icc_profile=profile))


@odd
def float_of_nothing_but_nan(folder: Path) -> Path:
    return write(folder, "nan.tif", encoded("TIFF", Image.fromarray(np.full((8, 8), np.nan, dtype=np.float32))))


@odd
def whole_numbers_of_32_bits(folder: Path) -> Path:
    values = np.arange(64, dtype=np.int32).reshape(8, 8) * 30_000_000
    return write(folder, "deep.tif", encoded("TIFF", Image.fromarray(values)))


@odd
def interlaced_png(folder: Path) -> Path:
    adam7 = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1))
    return write(folder, "adam.png", adam7 + chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b""))


@odd
def palette_of_256_with_transparency(folder: Path) -> Path:
    return write(folder, "palette.png", encoded("PNG", picture(mode="P"), transparency=bytes(range(256))))


@odd
def film_whose_second_frame_is_broken(folder: Path) -> Path:
    content = encoded("GIF", picture(), save_all=True, append_images=[picture(mode="L").convert("RGB").rotate(90)])
    return write(folder, "film.gif", content[: len(content) - 200])


@odd
def jpeg_with_rubbish_behind_it(folder: Path) -> Path:
    return write(folder, "tail.jpg", encoded("JPEG") + os.urandom(2000))


@odd
def adobe_cmyk(folder: Path) -> Path:
    return write(folder, "print.jpg", encoded("JPEG", picture(mode="CMYK")))
