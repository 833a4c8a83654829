"""A picture that is put into the training data is found there under its class, and nothing else is touched."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.engine.data.adding import add_picture, take_out
from desktop_app.errors import DataError
from desktop_app.registry import Registry

Draw = Callable[[str], Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Return a maker of small pictures, each another one."""
    generator = np.random.default_rng(0)

    def made(name: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 255, (6, 6, 3), dtype=np.uint8)).save(file)
        return file

    return made


@pytest.fixture
def classes(draw: Draw, tmp_path: Path) -> Path:
    """Return a folder with two classes of two pictures."""
    for name in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"):
        draw(f"data/{name}")
    return tmp_path / "data"


def found(registry: Registry, data: Path) -> dict[str, str]:
    """Return each picture's class as training finds it."""
    samples = registry.data_sources["image_folder"].load(data)
    return {name: samples.classes[label] for name, label in zip(samples.names, samples.labels, strict=True)}


def test_it_goes_into_the_folder_of_its_class_and_out_again(registry: Registry, draw: Draw, classes: Path) -> None:
    before = found(registry, classes)
    picture = draw("new/1.png")

    added = add_picture(classes, picture, "dog")

    assert found(registry, classes) == {**before, "dog/1-2.png": "dog"}
    assert added.file.read_bytes() == picture.read_bytes()
    take_out(added)
    take_out(added)
    assert found(registry, classes) == before
    assert picture.is_file()


def test_where_the_data_is_split_already_it_is_trained_on(registry: Registry, draw: Draw, tmp_path: Path) -> None:
    for part in ("train", "val"):
        for name in ("cat", "dog"):
            draw(f"data/{part}/{name}/{part}.png")

    add_picture(tmp_path / "data", draw("new.png"), "cat")

    assert found(registry, tmp_path / "data")["train/cat/new.png"] == "cat"


@pytest.mark.parametrize(
    ("header", "line"),
    [("file,label", "{},{}"), ("breed;rating;image", "{1};5;{0}"), ("\ufeffimage\tclass", "{}\t{}")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_labels_gets_a_line_and_keeps_the_others(
    registry: Registry, draw: Draw, tmp_path: Path, header: str, line: str, end: str
) -> None:
    rows = [line.format(name, label) for name, label in (("in/a.png", "wren"), ("in/b.png", "owl, barn"))]
    for name in ("a", "b"):
        draw(f"data/in/{name}.png")
    labels = tmp_path / "data" / "labels.csv"
    if ";" not in header and "\t" not in header:
        rows[1] = 'in/b.png,"owl, barn"'
    labels.write_text(end.join([header, *rows, ""]), encoding="utf-8", newline="")
    before = labels.read_bytes()

    added = add_picture(tmp_path / "data", draw("new.png"), "owl, barn")

    assert labels.read_bytes().startswith(before)
    assert found(registry, tmp_path / "data")["in/new.png"] == "owl, barn"
    take_out(added)
    assert labels.read_bytes() == before
    assert not added.file.exists()


def test_a_last_line_without_its_end_is_ended_first(registry: Registry, draw: Draw, tmp_path: Path) -> None:
    for name in ("a", "b"):
        draw(f"data/{name}.png")
    labels = tmp_path / "data" / "birds.csv"
    labels.write_text("file,label\na.png,wren\nb.png,owl", encoding="utf-8")

    add_picture(labels, draw("new.png"), "owl")

    assert found(registry, labels) == {"a.png": "wren", "b.png": "owl", "new.png": "owl"}


def test_the_very_same_picture_is_refused_wherever_it_lies(draw: Draw, classes: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes((classes / "cat" / "2.png").read_bytes())

    with pytest.raises(DataError, match=r"in the training data already, as cat/2\.png"):
        add_picture(classes, copy, "dog")

    assert sorted(path.name for path in (classes / "dog").iterdir()) == ["1.png", "2.png"]


def test_an_unknown_class_is_refused_with_the_nearest(draw: Draw, classes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'no class "dogs".*Did you mean "dog"'):
        add_picture(classes, draw("new.png"), "dogs")
    with pytest.raises(DataError, match="no class"):
        add_picture(classes, draw("new.png"), "../new")
    draw("labelled/a.png")
    labels = tmp_path / "labelled" / "labels.csv"
    labels.write_text("file,label\na.png,wren\n", encoding="utf-8")
    with pytest.raises(DataError, match='no class "owl"'):
        add_picture(labels, draw("new.png"), "owl")


def test_what_cannot_be_added_is_refused_in_a_sentence(draw: Draw, classes: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError, match="it is not added"):
        add_picture(classes, broken, "dog")
    with pytest.raises(DataError, match="give it an ending"):
        add_picture(classes, tmp_path / "picture", "dog")
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.write(broken)
    with pytest.raises(DataError, match="unpack it"):
        add_picture(tmp_path / "data.zip", draw("new.png"), "dog")
    with pytest.raises(DataError, match="no folder"):
        add_picture(tmp_path / "gone", draw("new.png"), "dog")


def test_labels_in_another_encoding_are_not_touched(draw: Draw, tmp_path: Path) -> None:
    draw("data/a.png")
    labels = tmp_path / "data" / "labels.csv"
    labels.write_bytes("file,label\na.png,Bär\n".encode("latin-1"))
    before = labels.read_bytes()

    with pytest.raises(DataError, match="save the file in UTF-8"):
        add_picture(tmp_path / "data", draw("new.png"), "Bär")

    assert labels.read_bytes() == before
    assert sorted(path.name for path in labels.parent.iterdir()) == ["a.png", "labels.csv"]
