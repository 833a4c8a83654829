"""Pictures are found by their names, below a folder, in one order."""

import os
from pathlib import Path

import pytest

from desktop_app.errors import DataError
from desktop_app.reading.picture_files import PICTURE_SUFFIXES, holds_pictures, picture_files, picture_names


def test_files_come_in_the_order_of_their_names_without_hidden_ones(tmp_path: Path):
    for name in ("b/2.PNG", "b/10.jpg", "a.jpeg", "b/.secret.png", ".hidden/x.png", "b/deep/er/y.webp", "note.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in picture_files(tmp_path)]
    assert found == ["a.jpeg", "b/10.jpg", "b/2.PNG", "b/deep/er/y.webp"]
    assert picture_files(tmp_path, {".txt"}) == [tmp_path / "note.txt"]


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_a_folder_that_links_to_itself_is_walked_once(tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a.png").touch()
    assert picture_files(tmp_path) == [tmp_path / "a.png"]


def test_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r'There is no folder ".*nowhere"'):
        picture_files(tmp_path / "nowhere")


def test_every_suffix_is_small_and_has_its_dot():
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in PICTURE_SUFFIXES)


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_links_that_lead_nowhere_or_to_themselves_are_listed_as_files(tmp_path: Path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    assert picture_names(tmp_path) == ["gone.png", "self.png"]


def test_a_folder_named_as_a_picture_is_walked_like_others(tmp_path: Path):
    (tmp_path / "album.jpg").mkdir()
    (tmp_path / "album.jpg" / "a.png").touch()
    assert picture_names(tmp_path) == ["album.jpg/a.png"]


def test_a_glance_tells_whether_there_are_pictures(tmp_path: Path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert not holds_pictures(tmp_path)
    (tmp_path / "deep" / "er" / "a.HEIC").touch()
    assert holds_pictures(tmp_path)
