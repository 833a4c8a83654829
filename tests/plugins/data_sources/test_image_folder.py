"""A folder of pictures becomes paths and classes, and a folder that is none of that says why."""

import os
import zipfile
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


def test_a_test_folder_beside_one_to_validate_on_is_kept_apart(tmp_path):
    names = [f"{part}/{name}/1.png" for part in ("train", "val", "test") for name in "ab"]
    samples = load(touch(tmp_path, *names))
    assert [samples.names[place] for place in samples.validation] == ["val/a/1.png", "val/b/1.png"]
    assert [samples.names[place] for place in samples.test] == ["test/a/1.png", "test/b/1.png"]
    assert len(samples) == 6


def test_of_two_parts_to_validate_on_the_first_is_taken(tmp_path):
    names = [f"{part}/{name}/1.png" for part in ("train", "val", "valid") for name in "ab"]
    samples = load(touch(tmp_path, *names))
    assert [samples.names[place] for place in samples.validation] == ["val/a/1.png", "val/b/1.png"]
    assert len(samples) == 4


def test_a_test_folder_without_classes_is_left_alone(tmp_path):
    names = [f"{part}/{name}/1.png" for part in ("train", "val") for name in "ab"]
    samples = load(touch(tmp_path, *names, "test/1.png"))
    assert (len(samples), samples.test) == (4, None)


def test_a_csv_labels_the_pictures_in_its_folder_and_below(tmp_path):
    touch(tmp_path, "10.png", "2.png", "deep/er/x.JPG", "more.png", "twice.png", "cafe\u0301.png")
    (tmp_path / "labels.csv").write_text(
        "file,label,nest\n2.png,wren,n1\n./deep/er/x.JPG,robin,n1\n10.png,robin,\ngone.png,wren,n2\n"
        "twice.png,wren,n2\ntwice.png,robin,n2\ncaf\u00e9.png,wren,n3\nmore.png,,n4\n",
        encoding="utf-8",
    )
    samples = load(tmp_path, group="nest")
    assert samples.classes == ("robin", "wren")
    assert samples.names == ["10.png", "2.png", "cafe\u0301.png", "deep/er/x.JPG"]
    assert samples.labels.tolist() == [0, 1, 1, 0]
    assert samples.groups == ["", "n1", "n3", "n1"]
    assert [(Path(report.path).name, report.problem) for report in samples.problems] == [
        ("gone.png", "is named in labels.csv and does not exist"),
        ("twice.png", 'is labelled both "wren" and "robin" in labels.csv; it is left out'),
        ("more.png", "has no label in labels.csv; it is left out"),
    ]
    assert load(tmp_path, group=r"^\d").groups == ()


def test_a_csv_of_identifiers_finds_files_by_their_names_without_suffix(tmp_path):
    touch(tmp_path, "train/a1.jpg", "train/a2.jpg", "test/b1.jpg")
    (tmp_path / "train.csv").write_text("id,breed\na1,10\na2,9\n", encoding="utf-8")
    samples = load(tmp_path)
    assert (samples.names, samples.classes) == (["train/a1.jpg", "train/a2.jpg"], ("9", "10"))
    assert load(tmp_path / "train.csv").names == samples.names


def test_a_csv_about_something_else_leaves_class_folders_alone(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png")
    (tmp_path / "labels.csv").write_text("id,label\n7,x\n", encoding="utf-8")
    assert load(tmp_path).classes == ("a", "b")


def test_columns_of_other_names_are_given_as_options(tmp_path):
    touch(tmp_path, "1.png", "2.png")
    (tmp_path / "any.csv").write_text("foto,vogel\n1.png,x\n2.png,y\n", encoding="utf-8")
    assert load(tmp_path, file_column="foto", label_column="vogel").classes == ("x", "y")
    with pytest.raises(DataError, match=r"name it in data\.source\.file_column, one of: foto, vogel"):
        load(tmp_path)


def test_labels_of_one_class_say_so(tmp_path):
    touch(tmp_path, "1.png")
    (tmp_path / "labels.csv").write_text("file,label\n1.png,x\n", encoding="utf-8")
    with pytest.raises(DataError, match='must give pictures two classes or more, and give only "x"'):
        load(tmp_path)


def test_a_zip_is_unpacked_and_read_like_the_folder_that_it_holds(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for name in ("photos/a/1.png", "photos/b/2.png", "__MACOSX/photos/a/._1.png", "photos/.DS_Store"):
            archive.writestr(name, b"")
    samples = load(tmp_path / "photos.zip")
    assert samples.names == ["a/1.png", "b/2.png"]
    assert all(path.is_file() for path in samples.items)


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
    touch(tmp_path, "a/1.png", "a/2.NEF", "b/1.png")
    with pytest.raises(DataError, match=r'2\.NEF" is of a kind that cannot be read; save it as JPEG or PNG, or set'):
        load(tmp_path)
    samples = load(tmp_path, unreadable="skip")
    assert len(samples) == 2
    assert [report.path for report in samples.problems] == [str(tmp_path / "a" / "2.NEF")]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("loose.png",), "has no sub-folders and no labels.csv, so that nothing says what the pictures show"),
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
    names = [parameter.name for parameter in source.parameters]
    assert names == ["unreadable", "file_column", "label_column", "group"]
    assert source.parameters[0].choices == ("fail", "skip")
    assert source.parameters[0].help
