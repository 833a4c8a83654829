"""A folder of pictures becomes paths and classes, and a folder that is none of that says why."""

import os
from pathlib import Path

import pytest

from desktop_app.api import DataError
from plugins.data_sources.image_folder import load, register_data_sources


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_sub_folders_are_classes_in_the_order_of_their_names(tmp_path):
    samples = load(
        touch(tmp_path, "dog/1.jpg", "cat/deep/2.PNG", "cat/1.png", "cat/note.txt", ".git/x.png", "loose.png")
    )
    assert samples.kind == "files"
    assert samples.classes == ("cat", "dog")
    assert samples.names == ["cat/1.png", "cat/deep/2.PNG", "dog/1.jpg"]
    assert samples.labels.tolist() == [0, 0, 1]
    assert samples.labels.dtype.name == "int64"
    assert [Path(path) for path in samples.items] == [tmp_path / name for name in samples.names]
    assert (samples.validation, samples.problems) == (None, ())


def test_pictures_are_listed_without_being_opened(tmp_path):
    assert len(load(touch(tmp_path, "a/empty.jpg", "b/empty.jpg"))) == 2


@pytest.mark.parametrize("name", ["val", "validation", "valid", "test", "Test"])
def test_a_folder_that_is_split_already_keeps_its_split(tmp_path, name):
    samples = load(
        touch(tmp_path, "train/a/1.png", "train/b/1.png", "train/b/2.png", f"{name}/b/3.png", f"{name}/a/4.png")
    )
    assert samples.classes == ("a", "b")
    assert samples.labels.tolist() == [0, 1, 1, 0, 1]
    assert list(samples.validation) == [3, 4]
    assert samples.names[3:] == [f"{name}/a/4.png", f"{name}/b/3.png"]


def test_of_two_parts_to_validate_on_the_one_named_so_is_taken(tmp_path):
    names = [f"{part}/{name}/1.png" for part in ("train", "val", "test") for name in "ab"]
    samples = load(touch(tmp_path, *names))
    assert [samples.names[place] for place in samples.validation] == ["val/a/1.png", "val/b/1.png"]
    assert len(samples) == 4


@pytest.mark.parametrize(
    "names",
    [
        ("train/1.png", "test/1.png"),  # vehicles and examinations, say
        ("train/fast/1.png", "test/hard/1.png", "car/1.png"),
    ],
)
def test_classes_that_happen_to_be_called_train_and_test_stay_classes(tmp_path, names):
    samples = load(touch(tmp_path, *names))
    assert samples.validation is None
    assert {"train", "test"} <= set(samples.classes)


def test_an_empty_class_is_left_out_and_reported(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png", "c/readme.txt")
    samples = load(tmp_path)
    assert samples.classes == ("a", "b")
    ((path, problem),) = [(report.path, report.problem) for report in samples.problems]
    assert (path, problem) == (str(tmp_path / "c"), "holds no pictures; the class is left out")


def test_kinds_of_pictures_that_cannot_be_read_are_refused_or_skipped_and_reported(tmp_path):
    touch(tmp_path, "a/1.png", "a/2.HEIC", "b/1.png")
    with pytest.raises(DataError, match=r'2\.HEIC" is of a kind that cannot be read; save it as JPEG or PNG, or set'):
        load(tmp_path)
    samples = load(tmp_path, unreadable="skip")
    assert len(samples) == 2
    assert [report.path for report in samples.problems] == [str(tmp_path / "a" / "2.HEIC")]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("loose.png",), "has no sub-folders"),
        (("a/1.png",), 'needs two classes with pictures or more, and has only "a"'),
        (("a/1.txt", "b/1.txt"), "needs two classes with pictures or more, and has none"),
        (("train/a/1.png", "val/a/1.png"), 'train" needs two classes'),
        (
            ("train/a/1.png", "train/b/1.png", "val/c/1.png"),
            'The class "c" has pictures in ".*val" but none in ".*train"',
        ),
        (("train/a/1.png", "train/b/1.png", "val/a/1.txt"), 'val" holds no pictures to validate on'),
    ],
)
def test_folders_that_cannot_be_learned_from_say_why(tmp_path, names, sentence):
    with pytest.raises(DataError, match=sentence):
        load(touch(tmp_path, *names))


def test_a_missing_path_a_missing_folder_and_a_file_say_so(tmp_path):
    with pytest.raises(DataError, match=r"data\.path is missing"):
        load(None)
    with pytest.raises(DataError, match=r'The folder ".*gone" does not exist; data\.path must name'):
        load(tmp_path / "gone")
    with pytest.raises(DataError, match="is a file"):
        load(touch(tmp_path, "a.png") / "a.png")


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed on Windows")
def test_odd_names_are_names_like_others(tmp_path):
    samples = load(touch(tmp_path, "naïve \U0001f600/1.png", f"{'x' * 200}/1:2?.png"))
    assert samples.classes == ("naïve \U0001f600", "x" * 200)


def test_the_contribution_has_the_options_that_the_engine_fills():
    source = register_data_sources()
    assert [parameter.name for parameter in source.parameters] == ["unreadable"]
    assert source.parameters[0].choices == ("fail", "skip")
    assert source.parameters[0].help
