"""Pictures are read alike whatever their format, and a broken one says in one sentence what is wrong with it."""

import io
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from desktop_app.errors import DataError
from desktop_app.reading.pictures import (
    MAX_PIXELS,
    PictureError,
    check_picture,
    fit_picture,
    picture_size,
    read_picture,
)

SAVED = {".jpg": "JPEG", ".png": "PNG", ".gif": "GIF", ".bmp": "BMP", ".webp": "WEBP", ".tif": "TIFF"}
HEIC = [".heic", ".heif", ".hif"]


def noise(width: int = 60, height: int = 40) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize("suffix", SAVED)
def test_a_picture_of_each_format_is_read_as_rgb(tmp_path: Path, suffix: str):
    noise().save(tmp_path / f"noise{suffix}")
    with Image.open(tmp_path / f"noise{suffix}") as image:
        expected = np.asarray(image.convert("RGB"))
    picture = read_picture(tmp_path / f"noise{suffix}")
    assert picture.mode == "RGB"
    assert np.array_equal(np.asarray(picture), expected)
    assert check_picture(tmp_path / f"noise{suffix}") is None


@pytest.mark.parametrize("suffix", SAVED)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_picture_that_was_cut_short_is_found_by_decoding_it_whole(tmp_path: Path, suffix: str, share: float):
    stream = io.BytesIO()
    noise().save(stream, SAVED[suffix])
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(stream.getvalue()[: int(len(stream.getvalue()) * share)])
    assert "cut short" in str(check_picture(path))
    with pytest.raises(DataError, match=rf'The picture ".*cut\{suffix}" is cut short.*; repair it or leave it out\.'):
        read_picture(path)


def heic(image: Image.Image, **options: object) -> bytes:
    pillow_heif.register_heif_opener(thumbnails=False)
    stream = io.BytesIO()
    image.save(stream, "HEIF", quality=-1, **options)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", HEIC)
def test_heic_is_read_by_what_it_is(tmp_path: Path, suffix: str):
    image = Image.new("RGB", (60, 40), "red")
    image.paste("blue", (0, 0, 30, 40))
    (tmp_path / f"photo{suffix}").write_bytes(heic(image))
    picture = read_picture(tmp_path / f"photo{suffix}")
    assert (picture.mode, picture.size) == ("RGB", (60, 40))
    assert np.abs(np.asarray(picture).astype(int) - np.asarray(image)).max() <= 4  # the way to YCbCr and back
    assert picture_size(tmp_path / f"photo{suffix}") == (60, 40)


def test_heic_with_alpha_and_grey_becomes_rgb(tmp_path: Path):
    (tmp_path / "alpha.heic").write_bytes(heic(Image.new("RGBA", (16, 16), (200, 0, 0, 0))))
    (tmp_path / "grey.heic").write_bytes(heic(Image.new("L", (16, 16), 77)))
    assert read_picture(tmp_path / "alpha.heic").getpixel((8, 8)) == (255, 255, 255)
    assert all(abs(value - 77) <= 1 for value in read_picture(tmp_path / "grey.heic").getpixel((8, 8)))


def test_a_turned_heic_comes_out_upright_once(tmp_path: Path):
    image = Image.new("RGB", (64, 32), "red")
    image.paste("blue", (0, 0, 32, 32))
    # Cameras say it twice, in a property that the decoder follows and in EXIF, which has no say.
    content = pillow_heif.from_pillow(image)
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    content.save(stream, quality=90, exif=exif.tobytes())
    (tmp_path / "turned.heic").write_bytes(stream.getvalue())
    picture = read_picture(tmp_path / "turned.heic")
    assert picture.size == (32, 64)
    top, bottom = picture.getpixel((16, 8)), picture.getpixel((16, 56))
    assert top[2] > 200 > 60 > top[0]
    assert bottom[0] > 200 > 60 > bottom[2]


def test_the_inverted_inks_of_an_adobe_jpeg_are_turned_back(tmp_path: Path):
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "ink.jpg", quality=100)
    assert b"Adobe" in (tmp_path / "ink.jpg").read_bytes()
    red, green, blue = read_picture(tmp_path / "ink.jpg").getpixel((8, 8))
    assert red > 250
    assert max(green, blue) < 5


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_colour_profile_is_ignored(tmp_path: Path, suffix: str):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    noise().save(tmp_path / f"plain{suffix}")
    noise().save(tmp_path / f"profile{suffix}", icc_profile=profile)
    plain, other = (np.asarray(read_picture(tmp_path / f"{name}{suffix}")) for name in ("plain", "profile"))
    assert np.array_equal(plain, other)


def test_sixteen_bits_of_colour_and_grey_with_alpha_are_read(tmp_path: Path):
    rows = b"\0" + b"\xff\xff\x80\x00\x00\x00" + b"\0" + b"\x00\x00\x80\x00\xff\xff"
    header = struct.pack(">IIBBBBB", 1, 2, 16, 2, 0, 0, 0)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b"")]
    (tmp_path / "deep.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    assert np.asarray(read_picture(tmp_path / "deep.png")).tolist() == [[[255, 128, 0]], [[0, 128, 255]]]
    Image.new("LA", (2, 2), (0, 51)).save(tmp_path / "grey.png")
    assert read_picture(tmp_path / "grey.png").getpixel((0, 0)) == (204, 204, 204)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_each_kind_of_failure_has_its_own_half_sentence(tmp_path: Path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("dear diary")
    (tmp_path / "folder.jpg").mkdir()
    assert check_picture(tmp_path / "empty.jpg") == "is empty (0 bytes)"
    assert check_picture(tmp_path / "text.jpg") == "is not a picture"
    assert check_picture(tmp_path / "folder.jpg") == "is a folder, not a picture"
    assert check_picture(tmp_path / "gone.jpg") == "does not exist"
    with pytest.raises(PictureError) as caught:
        read_picture(tmp_path / "text.jpg")
    assert caught.value.problem == "is not a picture"


def test_a_postscript_file_named_as_a_picture_is_not_handed_to_an_interpreter(tmp_path: Path):
    (tmp_path / "script.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert check_picture(tmp_path / "script.png") == "is not a picture"


@pytest.mark.parametrize(("width", "height"), [(8_000, 10_001), (9_500, 10_000), (20_000, 10_000)])
def test_a_small_file_that_announces_a_huge_picture_is_refused_before_it_is_decoded(
    tmp_path: Path, width: int, height: int
):
    assert width * height > MAX_PIXELS
    Image.new("1", (width, height)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 30_000
    assert str(check_picture(tmp_path / "bomb.png")).startswith("is too large: it has ")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_comes_out_upright(tmp_path: Path, suffix: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned{suffix}"
    noise().save(path, exif=exif)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert np.array_equal(np.asarray(read_picture(path)), expected)


def test_an_orientation_that_does_not_exist_changes_nothing(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 77
    noise().save(tmp_path / "odd.png", exif=exif)
    assert np.array_equal(np.asarray(read_picture(tmp_path / "odd.png")), np.asarray(noise()))


def test_transparency_is_laid_on_white(tmp_path: Path):
    image = Image.new("RGBA", (3, 1))
    for x, colour in enumerate([(200, 100, 0, 255), (200, 100, 0, 0), (0, 0, 0, 51)]):
        image.putpixel((x, 0), colour)
    image.save(tmp_path / "alpha.png")
    # 51/255 is a fifth: black on white leaves 255 * 4/5 = 204.
    assert np.asarray(read_picture(tmp_path / "alpha.png")).tolist() == [[[200, 100, 0], [255] * 3, [204] * 3]]


def test_a_transparent_palette_entry_becomes_white(tmp_path: Path):
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "palette.gif", transparency=1)
    assert np.asarray(read_picture(tmp_path / "palette.gif")).tolist() == [[[10, 20, 30], [255, 255, 255]]]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path, suffix: str):
    Image.fromarray(np.array([[0, 257, 32896, 65535]], dtype=np.uint16)).save(tmp_path / f"deep{suffix}")
    assert np.asarray(read_picture(tmp_path / f"deep{suffix}"))[0, :, 0].tolist() == [0, 1, 128, 255]


def test_float_and_32_bit_grey_are_scaled_by_the_white_that_fits(tmp_path: Path):
    Image.fromarray(np.array([[0.0, 0.5, 1.0, np.nan]], dtype=np.float32)).save(tmp_path / "float.tif")
    Image.fromarray(np.array([[0, 65535, 257]], dtype=np.int32)).save(tmp_path / "integer.tif")
    Image.fromarray(np.array([[0, 1, 200]], dtype=np.int32)).save(tmp_path / "small.tif")
    assert np.asarray(read_picture(tmp_path / "float.tif"))[0, :, 1].tolist() == [0, 128, 255, 0]
    assert np.asarray(read_picture(tmp_path / "integer.tif"))[0, :, 1].tolist() == [0, 255, 1]
    assert np.asarray(read_picture(tmp_path / "small.tif"))[0, :, 1].tolist() == [0, 1, 200]


def test_grey_cmyk_and_black_and_white_become_rgb(tmp_path: Path):
    Image.new("L", (2, 2), 77).save(tmp_path / "grey.png")
    Image.new("1", (2, 2), 1).save(tmp_path / "bilevel.png")
    Image.new("CMYK", (2, 2), (0, 255, 255, 0)).save(tmp_path / "ink.tif")
    assert read_picture(tmp_path / "grey.png").getpixel((0, 0)) == (77, 77, 77)
    assert read_picture(tmp_path / "bilevel.png").getpixel((0, 0)) == (255, 255, 255)
    assert read_picture(tmp_path / "ink.tif").getpixel((0, 0)) == (255, 0, 0)


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path):
    first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    first.save(tmp_path / "film.gif", save_all=True, append_images=[second])
    assert read_picture(tmp_path / "film.gif").getpixel((0, 0)) == (255, 0, 0)


@settings(max_examples=60, deadline=None)
@given(suffix=st.sampled_from(sorted(SAVED)), place=st.floats(0, 1), garbage=st.binary(min_size=1, max_size=12))
def test_damaged_bytes_give_a_picture_or_a_sentence_but_no_other_error(suffix: str, place: float, garbage: bytes):
    stream = io.BytesIO()
    noise(16, 12).save(stream, SAVED[suffix])
    data = stream.getvalue()
    start = int(place * len(data))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"damaged{suffix}")
        path.write_bytes(data[:start] + garbage + data[start + len(garbage) :])
        problem = check_picture(path)
        if problem is None:
            assert read_picture(path).mode == "RGB"
        else:
            assert problem.split()[0] in ("is", "has", "does")


def stripes() -> Image.Image:
    """Return 4 x 2 pixels whose columns are 0, 80, 160 and 240."""
    return Image.fromarray(
        np.repeat(np.array([[[0], [80], [160], [240]]], dtype=np.uint8), 3, axis=2).repeat(2, axis=0)
    )


def test_crop_cuts_the_centre_out_of_the_longer_side():
    assert fit_picture(stripes(), (2, 2), "crop")[0, :, 0].tolist() == [80, 160]
    upright = stripes().transpose(Image.Transpose.ROTATE_270)
    assert fit_picture(upright, (2, 2), "crop")[:, 0, 0].tolist() == [80, 160]


def test_stretch_takes_the_whole_picture_in_other_proportions():
    assert fit_picture(stripes(), (2, 4), "stretch")[1, :, 2].tolist() == [0, 80, 160, 240]
    assert fit_picture(stripes(), (4, 2), "stretch", "nearest")[:, :, 0].tolist() == [[80, 240]] * 4


def test_pad_keeps_the_whole_picture_in_the_middle_of_black():
    fitted = fit_picture(Image.new("RGB", (4, 2), "white"), (4, 4), "pad")
    assert fitted[:, 0, 0].tolist() == [0, 255, 255, 0]
    assert fit_picture(Image.new("RGB", (2, 4), "white"), (4, 4), "pad")[0, :, 0].tolist() == [0, 255, 255, 0]


def test_the_interpolations_differ_where_a_picture_grows():
    grown = {
        rule: fit_picture(stripes(), (2, 16), "stretch", rule)[0, :, 0] for rule in ("bilinear", "bicubic", "nearest")
    }
    assert set(grown["nearest"].tolist()) == {0, 80, 160, 240}
    assert len({values.tobytes() for values in grown.values()}) == 3


def test_a_grey_picture_is_fitted_as_rgb():
    assert fit_picture(Image.new("L", (4, 4), 7), (2, 2)).tolist() == [[[7] * 3] * 2] * 2


def test_shrinking_looks_at_all_pixels():
    checks = Image.fromarray((np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)).convert("RGB")
    assert np.abs(fit_picture(checks, (8, 8)).astype(int) - 128).max() <= 2


@pytest.mark.parametrize(
    "arguments", [((0, 4),), ((4, -1),), ((4, 4), "squash"), ((4, 4), "crop", "lanczos"), ((4, 4), "pad", "magic")]
)
def test_nonsense_is_refused(arguments):
    with pytest.raises(ValueError, match="fit_picture: "):
        fit_picture(stripes(), *arguments)


@settings(max_examples=80, deadline=None)
@given(
    source=st.tuples(st.integers(1, 400), st.integers(1, 400)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    rule=st.sampled_from(["crop", "stretch", "pad"]),
    interpolation=st.sampled_from(["bilinear", "bicubic", "nearest"]),
)
def test_every_picture_fits_every_size_and_a_plain_one_stays_plain(source, size, rule, interpolation):
    fitted = fit_picture(Image.new("RGB", source, (9, 99, 199)), size, rule, interpolation)
    assert fitted.shape == (*size, 3)
    assert fitted.dtype == np.uint8
    assert fitted.flags.writeable
    colours = {tuple(colour) for colour in fitted.reshape(-1, 3).tolist()}
    assert (9, 99, 199) in colours
    assert colours <= ({(9, 99, 199), (0, 0, 0)} if rule == "pad" else {(9, 99, 199)})
