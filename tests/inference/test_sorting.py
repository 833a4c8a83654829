"""Pictures are copied to folders by label, the unsure ones apart; nothing is ever overwritten."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import DataError
from desktop_app.inference.prediction import Prediction
from desktop_app.inference.sorting import NOT_SURE, Sorted, copy_by_label, folder_names


@pytest.fixture
def made(tmp_path: Path):
    """Return a maker of a prediction with its picture, which holds its own name."""

    def make(name: str, label: str, probability: float, unsure: bool = False, labels=("cat", "dog")) -> Prediction:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        return Prediction(str(path), label, probability, tuple(labels), unsure=unsure)

    return make


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_pictures_lie_by_label_and_the_unsure_ones_apart_least_certain_first(made, tmp_path):
    predictions = [
        made("a.jpg", "cat", 0.9),
        made("b.jpg", "dog", 0.55, unsure=True),
        made("c.jpg", "cat", 0.412, unsure=True),
        made("d.jpg", "dog", 0.99),
    ]
    found = copy_by_label(iter(predictions), tmp_path / "out")
    assert tree(tmp_path / "out") == {
        "cat/a.jpg": "a.jpg",
        "dog/d.jpg": "d.jpg",
        "not sure/0.412 c.jpg": "c.jpg",
        "not sure/0.550 b.jpg": "b.jpg",
    }
    assert found == Sorted({"cat": 1, "dog": 1}, unsure=2)
    assert found.copied == 4


def test_a_name_that_is_taken_gets_a_number_and_times_are_kept(made, tmp_path):
    first, second = made("x/a.tar.png", "cat", 0.9), made("y/a.tar.png", "cat", 0.8)
    os.utime(first.input, (1_000_000, 1_000_000))
    for _ in range(2):
        copy_by_label([first, second], tmp_path / "out")
    assert tree(tmp_path / "out") == {
        "cat/a.tar.png": "x/a.tar.png",
        "cat/a.tar (2).png": "y/a.tar.png",
        "cat/a.tar (3).png": "x/a.tar.png",
        "cat/a.tar (4).png": "y/a.tar.png",
    }
    assert (tmp_path / "out/cat/a.tar.png").stat().st_mtime == 1_000_000


def test_what_cannot_be_copied_is_listed_with_its_reason(made, tmp_path):
    gone = made("gone.png", "cat", 0.9)
    Path(gone.input).unlink()
    broken = Prediction("broken.png", problem="is empty (0 bytes)")
    row = Prediction("people.csv: row 3", "cat", 0.9, ("cat",))
    found = copy_by_label([gone, broken, row, Prediction("t", value=2.0)], tmp_path / "out")
    assert found.copied == 0
    assert dict(found.left_out) == {
        gone.input: "is no file: only pictures are copied",
        "broken.png": "is empty (0 bytes)",
        "people.csv: row 3": "is no file: only pictures are copied",
        "t": "has no label",
    }
    assert not (tmp_path / "out").exists()


def test_labels_that_are_no_names_of_folders_stay_inside_the_folder(made, tmp_path):
    labels = ("a/b", "..", "CON", "cat", "Cat", "not sure", "", "nul.txt", " x. ", "c:d", ".hidden", "a\\b", "a_b")
    predictions = [made(f"{place}.png", label, 0.9, labels=labels) for place, label in enumerate(labels)]
    found = copy_by_label(predictions, tmp_path / "out")
    assert found.copied == len(labels)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        [
            *("a_b", "_", "CON_", "cat", "Cat (2)", "not sure (2)", "_ (2)", "nul.txt_", "x", "c_d", "_.hidden"),
            *("a_b (2)", "a_b (3)"),
        ]
    )


@given(st.lists(st.text(), min_size=1, max_size=8, unique=True))
def test_any_labels_have_folders_of_their_own_that_every_system_takes(labels):
    names = folder_names(labels)
    assert list(names) == labels
    folded = [name.casefold() for name in names.values()]
    assert len({*folded, NOT_SURE}) == len(labels) + 1
    for name in names.values():
        assert 0 < len(name) < 120
        assert not set(name) & set('<>:"/\\|?*\0\n')
        assert name == name.strip()
        assert not name.startswith(".")
        assert not name.endswith(".")


def test_a_folder_that_cannot_be_written_to_is_named(made, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(DataError, match=r'Pictures cannot be copied to ".*out/cat": '):
        copy_by_label([made("a.png", "cat", 0.9)], tmp_path / "out")
