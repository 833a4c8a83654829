"""Files that people really have in their folders of pictures, or that somebody made to do harm; one function a kind.

Each function writes one file into a folder and returns its path. Its name says what it is, and ``BAD`` holds it under
that name. None is larger on disk than a few hundred kB, whatever it announces. What looks as bad and is read all the
same stands in ``odd_files.py``.
"""

import gzip
import io
import os
import socket
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

Maker = Callable[[Path], Path]
BAD: dict[str, Maker] = {}
_GIGA = 1 << 30


def bad(make: Maker) -> Maker:
    """Take a function into ``BAD``."""
    BAD[make.__name__] = make
    return make


def picture(width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    """Return noise, which no codec makes small."""
    shape = (height, width, 3)
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)).convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """Return a picture's file in one of Pillow's formats, or HEIF."""
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    stream = io.BytesIO()
    (image or picture()).save(stream, kind, **options)
    return stream.getvalue()


def write(folder: Path, name: str, content: bytes) -> Path:
    """Write a file."""
    (folder / name).write_bytes(content)
    return folder / name


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG with a right checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_header(width: int, height: int) -> bytes:
    """Return the beginning of an RGB PNG of this size."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


def tiff(tags: dict[int, tuple[int, int, int]], following: int = 0, rest: bytes = b"") -> bytes:
    """Return a little-endian TIFF of one directory with tags of (type, count, value)."""
    entries = b"".join(struct.pack("<HHII", tag, *tags[tag]) for tag in sorted(tags))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", following) + rest


def _cut(kind: str, suffix: str, place: str, share: float) -> None:
    def make(folder: Path) -> Path:
        content = encoded(kind)
        return write(folder, f"cut{suffix}", content[: max(int(len(content) * share), 9)])

    make.__name__ = f"{kind.lower()}_cut_{place}"
    bad(make)


for _kind, _suffix in (("JPEG", ".jpg"), ("PNG", ".png"), ("GIF", ".gif"), ("TIFF", ".tif"), ("WEBP", ".webp")):
    _cut(_kind, _suffix, "in_its_header", 0.02)
    _cut(_kind, _suffix, "in_the_middle", 0.5)
_cut("BMP", ".bmp", "in_its_header", 0.005)
_cut("BMP", ".bmp", "near_its_end", 0.95)
_cut("HEIF", ".heic", "in_its_header", 0.02)
_cut("HEIF", ".heic", "in_the_middle", 0.7)


@bad
def zero_bytes(folder: Path) -> Path:
    return write(folder, "empty.jpg", b"")


@bad
def one_byte(folder: Path) -> Path:
    return write(folder, "byte.png", b"\x89")


@bad
def only_zeros(folder: Path) -> Path:
    return write(folder, "zeros.jpg", bytes(5000))


@bad
def text_named_jpg(folder: Path) -> Path:
    return write(folder, "letter.jpg", b"Dear Sir or Madam,\n")


@bad
def error_page_named_png(folder: Path) -> Path:
    return write(folder, "download.png", b"<!DOCTYPE html><html><title>404 Not Found</title></html>")


@bad
def svg_named_png(folder: Path) -> Path:
    return write(folder, "logo.png", b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>')


@bad
def postscript_named_jpg(folder: Path) -> Path:
    return write(folder, "print.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")


@bad
def pdf_named_jpg(folder: Path) -> Path:
    return write(folder, "scan.jpg", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF")


@bad
def gzip_named_jpg(folder: Path) -> Path:
    return write(folder, "packed.jpg", gzip.compress(encoded("JPEG")))


@bad
def zip_named_png(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "packed.png", "w") as archive:
        archive.writestr("a.png", encoded("PNG"))
    return folder / "packed.png"


@bad
def tar_named_tif(folder: Path) -> Path:
    with tarfile.open(folder / "packed.tif", "w") as archive:
        archive.addfile(tarfile.TarInfo("a.png"), io.BytesIO())
    return folder / "packed.tif"


@bad
def video_named_jpg(folder: Path) -> Path:
    return write(folder, "film.jpg", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(500))


@bad
def riff_sound_named_webp(folder: Path) -> Path:
    return write(folder, "sound.webp", b"RIFF\x24\0\0\0WAVEfmt " + bytes(24))


@bad
def raw_photo_named_tif(folder: Path) -> Path:
    tags = {256: (4, 1, 4000), 257: (4, 1, 3000), 259: (3, 1, 34713), 273: (4, 1, 200), 279: (4, 1, 100)}
    return write(folder, "nikon.tif", tiff(tags))


@bad
def raw_photo_by_its_suffix(folder: Path) -> Path:
    return write(folder, "DSC_0001.NEF", b"MM\0*" + bytes(500))


@bad
def jpeg_2000_named_jpg(folder: Path) -> Path:
    return write(folder, "j2k.jpg", b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 " + bytes(60))


@bad
def photoshop_named_png(folder: Path) -> Path:
    return write(folder, "layers.png", b"8BPS\0\1" + bytes(80))


@bad
def png_with_a_wrong_checksum(folder: Path) -> Path:
    content = bytearray(encoded("PNG"))
    content[content.index(b"IDAT") + 40] ^= 0xFF
    return write(folder, "flipped.png", bytes(content))


@bad
def png_with_a_broken_header(folder: Path) -> Path:
    content = bytearray(encoded("PNG"))
    content[18] ^= 0xFF
    return write(folder, "header.png", bytes(content))


@bad
def png_of_no_pixels(folder: Path) -> Path:
    return write(folder, "none.png", png_header(0, 0) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


@bad
def png_bomb(folder: Path) -> Path:
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return write(folder, "bomb.png", png_header(60_000, 60_000) + data + chunk(b"IEND", b""))


@bad
def png_just_above_the_limit(folder: Path) -> Path:
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return write(folder, "large.png", png_header(10_000, 8_001) + data + chunk(b"IEND", b""))


@bad
def png_with_a_bomb_of_text(folder: Path) -> Path:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 << 20), 9))
    rest = encoded("PNG")[33:]
    return write(folder, "note.png", png_header(48, 32) + text + rest)


@bad
def gif_bomb(folder: Path) -> Path:
    content = bytearray(encoded("GIF"))
    content[6:10] = struct.pack("<HH", 65_535, 65_535)
    return write(folder, "bomb.gif", bytes(content))


@bad
def bmp_bomb(folder: Path) -> Path:
    content = bytearray(encoded("BMP"))
    content[18:26] = struct.pack("<ii", 2_000_000_000, 2_000_000_000)
    return write(folder, "bomb.bmp", bytes(content))


@bad
def tiff_bomb(folder: Path) -> Path:
    tags = {256: (4, 1, 900_000), 257: (4, 1, 900_000), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1)}
    return write(folder, "bomb.tif", tiff({**tags, 273: (4, 1, 8), 277: (3, 1, 1), 278: (4, 1, 900_000)}))


@bad
def tiff_with_tiles_of_terabytes(folder: Path) -> Path:
    tags = {256: (4, 1, 64), 257: (4, 1, 64), 258: (3, 1, 8), 259: (3, 1, 5), 262: (3, 1, 1), 277: (3, 1, 1)}
    huge = {322: (4, 1, 0x7FFFFFF0), 323: (4, 1, 0x7FFFFFF0), 324: (4, 1, 8), 325: (4, 1, 0x7FFFFFFF)}
    return write(folder, "tiles.tif", tiff({**tags, **huge}))


@bad
def tiff_whose_directories_go_round(folder: Path) -> Path:
    tags = {256: (4, 1, 8), 257: (4, 1, 8), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 273: (4, 1, 9_999)}
    return write(folder, "round.tif", tiff(tags, following=8))


@bad
def tiff_that_points_beyond_its_end(folder: Path) -> Path:
    return write(folder, "beyond.tif", b"II*\0" + struct.pack("<I", 0xFFFFFF00))


@bad
def webp_bomb(folder: Path) -> Path:
    size = struct.pack("<I", 16_383 << 0)[:3] + struct.pack("<I", 16_383)[:3]
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size
    return write(folder, "bomb.webp", b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


@bad
def jpeg_bomb(folder: Path) -> Path:
    content = bytearray(encoded("JPEG"))
    start = content.index(b"\xff\xc0")
    content[start + 5 : start + 9] = struct.pack(">HH", 65_000, 65_000)
    return write(folder, "bomb.jpg", bytes(content))


@bad
def progressive_jpeg_cut(folder: Path) -> Path:
    content = encoded("JPEG", picture(200, 150), progressive=True)
    return write(folder, "progressive.jpg", content[: len(content) // 3])


@bad
def cmyk_jpeg_cut(folder: Path) -> Path:
    content = encoded("JPEG", picture(mode="CMYK"))
    return write(folder, "ink.jpg", content[: len(content) // 2])


@bad
def jpeg_of_nothing_but_its_start(folder: Path) -> Path:
    return write(folder, "start.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9")


@bad
def heic_with_garbage_inside(folder: Path) -> Path:
    content = bytearray(encoded("HEIF"))
    content[60:] = os.urandom(16) * ((len(content) - 60) // 16)
    return write(folder, "garbage.heic", bytes(content))


@bad
def heic_of_nothing_but_its_brand(folder: Path) -> Path:
    return write(folder, "brand.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


@bad
def sparse_file_of_a_gigabyte(folder: Path) -> Path:
    with (folder / "sparse.jpg").open("wb") as file:
        file.truncate(_GIGA)
    return folder / "sparse.jpg"


@bad
def link_to_nowhere(folder: Path) -> Path:
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    return folder / "gone.jpg"


@bad
def link_to_itself(folder: Path) -> Path:
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    return folder / "loop.jpg"


@bad
def link_to_a_device(folder: Path) -> Path:
    (folder / "device.jpg").symlink_to("/dev/zero")
    return folder / "device.jpg"


@bad
def pipe_named_jpg(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.jpg")
    return folder / "pipe.jpg"


@bad
def socket_named_jpg(folder: Path) -> Path:
    here = os.getcwd()
    os.chdir(folder)  # a socket's path may have some 100 characters only
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.jpg")
    finally:
        os.chdir(here)
    return folder / "socket.jpg"


@bad
def without_permission(folder: Path) -> Path:
    path = write(folder, "secret.jpg", encoded("JPEG"))
    path.chmod(0)
    return path


@bad
def not_utf8_in_its_name(folder: Path) -> Path:
    path = os.fsencode(folder) + b"/caf\xe9.jpg"
    with open(path, "wb") as file:
        file.write(b"no picture")
    return Path(os.fsdecode(path))


@bad
def newline_in_its_name(folder: Path) -> Path:
    return write(folder, "two\nlines.jpg", b"no picture")


@bad
def name_of_255_characters(folder: Path) -> Path:
    return write(folder, "x" * 251 + ".jpg", b"no picture")


@bad
def quotes_and_direction_marks_in_its_name(folder: Path) -> Path:
    return write(folder, "a \"b\" 'c' \u202egpj.jpg", b"no picture")


@bad
def name_that_windows_reserves(folder: Path) -> Path:
    return write(folder, "CON.jpg", b"no picture")
