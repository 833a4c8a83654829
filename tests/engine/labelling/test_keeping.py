"""Labels on the disk: whole at any moment, not written more than once a second, others' columns kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.labelling.keeping import LabelKeeper
from desktop_app.engine.labelling.sheet import LabelSheet
from desktop_app.errors import DataError

_LETTERS = st.characters(exclude_categories=("C", "Z"), exclude_characters="/\\")
TEXT = st.text(_LETTERS, min_size=1, max_size=12).filter(lambda text: text not in (".", ".."))


@given(st.dictionaries(TEXT.map(lambda text: f"sub/{text}.jpg"), TEXT, max_size=8))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, labels: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("pictures")
    LabelKeeper(folder).write(labels)
    assert LabelKeeper(folder).read() == labels


def test_without_labels_there_is_no_file(tmp_path: Path) -> None:
    keeper = LabelKeeper(tmp_path)
    keeper.write({})
    assert list(tmp_path.iterdir()) == []
    keeper.write({"1.jpg": "elk"})
    keeper.write({})
    assert list(tmp_path.iterdir()) == []
    assert LabelKeeper(tmp_path).read() == {}


def test_the_next_writing_waits_until_a_second_after_the_last(tmp_path: Path) -> None:
    now = 100.0
    keeper = LabelKeeper(tmp_path, clock=lambda: now)
    assert keeper.seconds_to_wait() == 0.0
    keeper.write({"1.jpg": "elk"})
    now = 100.25
    assert keeper.seconds_to_wait() == 0.75
    now = 103.0
    assert keeper.seconds_to_wait() == 0.0


def test_a_file_with_further_columns_is_kept_beside_before_it_is_written_over(tmp_path: Path) -> None:
    theirs = "image,species,age\n1.jpg,elk,3\n2.jpg,,4\n"
    (tmp_path / "labels.csv").write_text(theirs, encoding="utf-8")
    keeper = LabelKeeper(tmp_path)
    labels = keeper.read()
    assert labels == {"1.jpg": "elk"}
    keeper.write(labels)
    assert (tmp_path / "labels.csv").read_text(encoding="utf-8") == theirs
    keeper.write({**labels, "2.jpg": "fox"})
    assert (tmp_path / "labels.csv.original").read_text(encoding="utf-8") == theirs
    assert LabelKeeper(tmp_path).read() == {"1.jpg": "elk", "2.jpg": "fox"}


def test_where_the_folder_cannot_be_written_the_sentence_says_so_and_another_file_takes_whole_paths(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "pictures"
    (folder / "labels.csv").mkdir(parents=True)  # stands in for a read-only disk, which root could write to
    keeper = LabelKeeper(folder)
    with pytest.raises(DataError, match="keep them elsewhere"):
        keeper.write({"1.jpg": "elk"})
    assert [path.name for path in folder.iterdir()] == ["labels.csv"]
    keeper.keep_elsewhere(tmp_path / "mine.csv")
    keeper.write({"1.jpg": "elk"})
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == f"file,label\n{(folder / '1.jpg').as_posix()},elk\n"
    assert keeper.read() == {"1.jpg": "elk"}


def test_labels_of_pictures_that_are_gone_stay_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\ngone.jpg,elk\n", encoding="utf-8")
    keeper = LabelKeeper(tmp_path)
    sheet = LabelSheet(keeper.read())
    sheet.label(["here.jpg"], "elk")
    keeper.write(sheet.labels)
    assert LabelKeeper(tmp_path).read() == {"gone.jpg": "elk", "here.jpg": "elk"}
