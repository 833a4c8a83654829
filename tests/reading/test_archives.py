"""A ZIP is unpacked whole, once, and never anywhere else; what would do harm is refused before."""

import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from desktop_app.errors import DataError
from desktop_app.reading.archives import Limits, check_archive, unpack


def packed(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_is_packed_lies_in_a_folder_named_after_the_bytes(tmp_path: Path):
    archive = packed(tmp_path / "a.zip", ("cat/1.png", b"one"), ("dog/2.png", b"two"), ("__MACOSX/x", b""), (".x", b""))

    folder = unpack(archive, tmp_path / "cache")

    assert files_in(folder) == ["cat/1.png", "dog/2.png"]
    assert (folder / "cat" / "1.png").read_bytes() == b"one"
    assert folder.parent == tmp_path / "cache"
    assert len(folder.name) == 64


def test_a_folder_around_everything_is_left_out_of_the_way(tmp_path: Path):
    archive = packed(tmp_path / "a.zip", ("my/photos/cat/1.png", b""), ("my/photos/dog/2.png", b""))

    assert files_in(unpack(archive, tmp_path / "cache")) == ["cat/1.png", "dog/2.png"]


def test_the_same_bytes_are_unpacked_once(tmp_path: Path):
    archive = packed(tmp_path / "a.zip", ("1.png", b"one"), ("2.png", b"two"))
    folder = unpack(archive, tmp_path / "cache")
    (folder / "labels.csv").write_text("file,label\n")
    archive.rename(tmp_path / "b.zip")

    assert unpack(tmp_path / "b.zip", tmp_path / "cache") == folder
    assert (folder / "labels.csv").exists()


def link(name: str, kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (kind | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([("../up.png", b"")], "written outside its folder"),
        ([("a/../../up.png", b"")], "written outside its folder"),
        ([("/etc/x.png", b"")], "written outside its folder"),
        ([("C:/x.png", b"")], "written outside its folder"),
        ([("\\\\host\\share\\x.png", b"")], "written outside its folder"),
        ([("..\\up.png", b"")], "written outside its folder"),
        ([(link("a.png", stat.S_IFLNK), b"/etc/passwd")], "link or another kind of special file"),
        ([(link("a.png", stat.S_IFIFO), b"")], "link or another kind of special file"),
        ([("a.png", b"1"), ("A.png", b"2")], "one file on many systems"),
        ([("caf\u00e9.png", b"1"), ("cafe\u0301.png", b"2")], "one file on many systems"),
        ([("a", b"1"), ("a/b.png", b"2")], 'holds "a" both as a file and as the folder of "a/b.png"'),
        ([(f"{place}.png", b"") for place in range(11)], "holds 11 files, more than 10"),
        ([("a.png", bytes(1001))], 'holds "a.png" of'),
        ([(f"{place}.png", bytes(900)) for place in range(4)], "in all, more than"),
        ([("__MACOSX/a.png", b"1")], "holds no files"),
        ([], "holds no files"),
    ],
)
def test_an_archive_that_would_do_harm_is_refused_and_leaves_nothing(tmp_path: Path, entries, sentence):
    archive = packed(tmp_path / "a.zip", *entries)
    limits = Limits(entries=10, file_bytes=1000, all_bytes=3000)

    with pytest.raises(DataError, match=sentence):
        unpack(archive, tmp_path / "in" / "cache", limits)

    assert files_in(tmp_path) == ["a.zip"]


def test_what_inflates_as_pictures_never_do_is_refused(tmp_path: Path):
    archive = packed(tmp_path / "a.zip", ("a.bmp", bytes(100_000)), compression=zipfile.ZIP_DEFLATED)

    assert len(check_archive(archive)) == 1  # small enough to do no harm
    with pytest.raises(DataError, match="as pictures never do"):
        check_archive(archive, Limits(ratio_from_bytes=50_000))


def changed(archive: Path, signature: bytes, offset: int, value: bytes) -> Path:
    content = bytearray(archive.read_bytes())
    start = content.index(signature)
    content[start + offset : start + offset + len(value)] = value
    archive.write_bytes(bytes(content))
    return archive


def test_an_encrypted_archive_says_so(tmp_path: Path):
    archive = changed(packed(tmp_path / "a.zip", ("a.png", b"x")), b"PK\1\2", 8, struct.pack("<H", 1))

    with pytest.raises(DataError, match="is encrypted; unpack it with its password"):
        unpack(archive, tmp_path / "cache")


def test_a_damaged_file_leaves_nothing_behind(tmp_path: Path):
    archive = packed(tmp_path / "a.zip", ("a.png", b"good"), ("b.png", b"picture"))
    changed(archive, b"picture", 0, b"PICTURE")

    with pytest.raises(DataError, match="damaged or cut short"):
        unpack(archive, tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\3\4" + bytes(100)])
def test_what_is_no_archive_is_named(tmp_path: Path, content: bytes):
    (tmp_path / "a.zip").write_bytes(content)

    with pytest.raises(DataError, match=r'The archive ".*a\.zip" is no ZIP file'):
        unpack(tmp_path / "a.zip", tmp_path / "cache")


def test_an_archive_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(DataError, match="cannot be unpacked: No such file"):
        unpack(tmp_path / "a.zip", tmp_path / "cache")


def test_what_a_killed_process_left_is_cleared_away_after_a_day(tmp_path: Path):
    for name, seconds in (("old.partial", 0), ("new.partial", None)):
        (tmp_path / "cache" / name).mkdir(parents=True)
        if seconds is not None:
            os.utime(tmp_path / "cache" / name, (seconds, seconds))

    unpack(packed(tmp_path / "a.zip", ("a.png", b"x")), tmp_path / "cache")

    assert not (tmp_path / "cache" / "old.partial").exists()
    assert (tmp_path / "cache" / "new.partial").exists()
