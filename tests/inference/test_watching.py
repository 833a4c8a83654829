"""A watched folder hands out each picture once, when it has come to rest."""

import os
import shutil
from pathlib import Path

import pytest

from desktop_app.inference.watching import WatchedFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def write(path: Path, content: bytes, time: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time, time))


def test_a_picture_comes_once_when_two_looks_find_it_the_same(folder):
    write(folder / "old.png", b"x", 1)
    watched = WatchedFolder(folder)
    assert watched.new_files() == []
    write(folder / "b.png", b"x", 2)
    write(folder / "deep" / "a.JPG", b"x", 2)
    write(folder / "notes.txt", b"x", 2)
    assert watched.new_files() == []
    assert watched.new_files() == [folder / "b.png", folder / "deep" / "a.JPG"]
    assert watched.new_files() == []


def test_a_picture_that_grows_or_is_empty_comes_when_it_is_whole(folder):
    watched = WatchedFolder(folder)
    for size in range(4):
        write(folder / "a.png", b"x" * size, 5)
        assert watched.new_files() == []
    assert watched.new_files() == [folder / "a.png"]


def test_a_picture_that_changes_comes_again_and_one_that_replaces_another_too(folder):
    watched = WatchedFolder(folder, existing=True)
    write(folder / "a.png", b"x", 5)
    assert [watched.new_files(), watched.new_files()] == [[], [folder / "a.png"]]
    write(folder / "a.png", b"x", 6)
    assert [watched.new_files(), watched.new_files()] == [[], [folder / "a.png"]]
    (folder / "a.png").unlink()
    assert watched.new_files() == []
    write(folder / "a.png", b"x", 6)
    assert [watched.new_files(), watched.new_files()] == [[], [folder / "a.png"]]


def test_a_folder_that_goes_and_comes_back_brings_only_what_is_new(folder, tmp_path):
    write(folder / "a.png", b"x", 5)
    watched = WatchedFolder(folder)
    folder.rename(tmp_path / "away")
    assert [watched.new_files(), watched.new_files()] == [[], []]
    (tmp_path / "away").rename(folder)
    write(folder / "b.png", b"x", 5)
    assert [watched.new_files(), watched.new_files()] == [[], [folder / "b.png"]]


def test_a_folder_that_is_not_there_yet_is_waited_for(tmp_path):
    watched = WatchedFolder(tmp_path / "later")
    assert watched.new_files() == []
    write(tmp_path / "later" / "a.png", b"x", 5)
    watched.new_files()
    assert watched.new_files() == [tmp_path / "later" / "a.png"]
    shutil.rmtree(tmp_path / "later")
    assert watched.new_files() == []


def test_what_was_there_from_the_start_can_count_as_new(folder):
    write(folder / "a.png", b"x", 5)
    watched = WatchedFolder(folder, existing=True)
    assert [watched.new_files(), watched.new_files()] == [[], [folder / "a.png"]]


def test_a_link_that_leads_nowhere_is_no_picture(folder):
    (folder / "a.png").symlink_to(folder / "gone")
    watched = WatchedFolder(folder, existing=True)
    assert [watched.new_files(), watched.new_files()] == [[], []]
