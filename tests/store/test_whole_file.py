"""Text files are replaced as a whole."""

from pathlib import Path

import pytest

from desktop_app.store.whole_file import replace_text


def test_a_file_is_made_and_replaced_and_nothing_is_left_beside(tmp_path: Path) -> None:
    replace_text(tmp_path / "a.toml", "first, and longer")
    replace_text(tmp_path / "a.toml", "zweite: ä")

    assert (tmp_path / "a.toml").read_text(encoding="utf-8") == "zweite: ä"
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def test_a_target_that_cannot_be_replaced_stays_and_nothing_is_left_beside(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()

    with pytest.raises(OSError, match="directory"):
        replace_text(tmp_path / "a.toml", "text")
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def test_text_that_cannot_be_encoded_leaves_the_old_file_whole(tmp_path: Path) -> None:
    replace_text(tmp_path / "a.toml", "old")

    with pytest.raises(UnicodeEncodeError):
        replace_text(tmp_path / "a.toml", "new \ud800")
    assert (tmp_path / "a.toml").read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]
