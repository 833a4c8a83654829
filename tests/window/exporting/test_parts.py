"""The small parts of the Export page: time left, pairs of bars, names of folders, how a bundle is run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parity_cards import difference

from desktop_app.engine.export.proof.parity_card import Difference
from desktop_app.errors import ExportError
from desktop_app.window.exporting.answer_pairs import pairs_of
from desktop_app.window.exporting.bundle_view import contents_of, how_to_run
from desktop_app.window.exporting.bundling import free_name
from desktop_app.window.exporting.progress import Reporter
from desktop_app.window.exporting.time_left import TimeLeft

PROBABILITIES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=8)


def test_the_time_left_is_told_once_there_is_something_to_go_by() -> None:
    now = 100.0
    left = TimeLeft(lambda: now)
    assert left.at(0.5) is None
    now = 110.0
    assert left.at(0.01) is None
    assert left.at(0.25) == 30.0
    assert left.at(1.0) is None


def test_progress_is_told_ten_times_a_second_at_most_and_a_new_phase_at_once() -> None:
    now, told = 0.0, []
    report = Reporter(told.append, "It was given up.", lambda: now)

    for step in range(1000):
        now = step / 1000
        report("Writing", step / 2000)
    report("Comparing", 0.5)

    assert 8 <= len(told) <= 12
    assert (told[-1].phase, told[-1].share) == ("Comparing", 0.5)
    report.cancel()
    with pytest.raises(ExportError, match="given up"):
        report("Comparing", 0.6)


@given(PROBABILITIES)
def test_both_answers_best_labels_are_among_the_pairs(both: list[tuple[float, float]]) -> None:
    labels = tuple(f"class {place}" for place in range(len(both)))
    network, file = tuple(one for one, _ in both), tuple(other for _, other in both)
    found = pairs_of(
        Difference(name="a", truth="", torch_label="", onnx_label="", torch=network, onnx=file, difference=0.0), labels
    )

    assert labels[network.index(max(network))] in {each.name for each in found}
    assert labels[file.index(max(file))] in {each.name for each in found}
    assert 2 <= len(found) <= 4
    for each in found:
        assert (each.network, each.file) == both[labels.index(each.name)]


def test_a_pair_holds_what_either_says_of_a_label() -> None:
    [first, second] = pairs_of(difference("a", (0.7, 0.3), (0.4, 0.6)), ("dark", "light"))

    assert (first.name, first.network, first.file) == ("dark", 0.7, 0.4)
    assert (second.name, second.network, second.file) == ("light", 0.3, 0.6)


def test_a_bundle_never_takes_the_place_of_something_else(tmp_path: Path) -> None:
    assert free_name(tmp_path, "shades-1-int8") == tmp_path / "shades-1-int8"
    (tmp_path / "shades-1-int8").mkdir()
    (tmp_path / "shades-1-int8-2.zip").touch()
    assert free_name(tmp_path, "shades-1-int8") == tmp_path / "shades-1-int8-3"


def test_what_is_in_a_bundle_is_told_and_how_it_is_run(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name in ("predict.py", "model.onnx", "README.md", ".hidden", "extra.bin"):
        (folder / name).touch()

    contents = contents_of(folder)

    assert [line.partition(":")[0] for line in contents] == ["README.md", "model.onnx", "predict.py", "extra.bin"]
    assert "requirements.txt" in how_to_run(folder)
    assert "check.py" in how_to_run(folder)
    if sys.platform != "win32":
        assert shlex.split(how_to_run(folder).splitlines()[0]) == ["cd", str(folder)]
