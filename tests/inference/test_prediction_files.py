"""Predictions become files, row by row; what is there is always whole."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import DataError, ModelError
from desktop_app.inference.prediction import Prediction, write_csv, write_json
from desktop_app.inference.prediction_files import CsvFile, JsonFile

CAT = Prediction("cat.png", "cat", 0.75, ("cat", "dog"), (0.75, 0.25))
DOG = Prediction("dog.png", "dog", 0.51, ("cat", "dog"), (0.49, 0.51), unsure=True)
BROKEN = Prediction("broken.png", problem="is empty (0 bytes)")


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_predictions_become_a_csv_file_with_their_problems(tmp_path):
    rows = [
        Prediction('odd, "name".png', problem="is a folder, not a picture"),
        Prediction("ü.png", "cat", 0.75, ("cat",), (0.75,)),
    ]
    assert write_csv(iter(rows), tmp_path / "out.csv") == 2
    assert lines(tmp_path / "out.csv") == [
        ["input", "label", "probability", "unsure", "problem"],
        ['odd, "name".png', "", "", "", "is a folder, not a picture"],
        ["ü.png", "cat", "0.75", "false", ""],
    ]
    assert write_csv([Prediction("t: row 1", value=2.5)], tmp_path / "out.csv") == 1
    assert lines(tmp_path / "out.csv") == [["input", "value", "problem"], ["t: row 1", "2.5", ""]]
    assert write_csv([], tmp_path / "none.csv") == 0


def test_a_prediction_that_fails_half_way_leaves_the_old_file_alone(tmp_path):
    (tmp_path / "out.csv").write_text("old")

    def failing():
        yield Prediction("a", value=1.0)
        raise ModelError("the model failed")

    with pytest.raises(ModelError):
        write_csv(failing(), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(DataError, match=r'cannot be written to ".*no.out\.csv"'):
        write_csv([], tmp_path / "no" / "out.csv")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        write_csv([], tmp_path / "file" / "out.csv")


@pytest.mark.parametrize("kind", [CsvFile, JsonFile])
def test_a_folder_in_the_place_of_the_file_is_told_before_anything_is_predicted(kind, tmp_path):
    (tmp_path / "results").mkdir()

    with pytest.raises(DataError, match=r'written to ".*results": it is a folder; give the name of a file\.'):
        kind(tmp_path / "results")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_who_is_not_sure_says_so_in_the_csv_and_in_the_json(tmp_path):
    write_csv([CAT, DOG, BROKEN], tmp_path / "out.csv")
    assert [row[3] for row in lines(tmp_path / "out.csv")] == ["unsure", "false", "true", ""]
    assert write_json([CAT, DOG, BROKEN, Prediction("t: row 1", value=2.5)], tmp_path / "out.json") == 4
    cat, dog, broken, number = json.loads((tmp_path / "out.json").read_text())["predictions"]
    assert cat == {
        "input": "cat.png", "label": "cat", "probability": 0.75, "unsure": False,
        "probabilities": {"cat": 0.75, "dog": 0.25},
    }  # fmt: skip
    assert dog["unsure"] is True
    assert broken == {"input": "broken.png", "label": None, "probability": None, "problem": "is empty (0 bytes)"}
    assert number == {"input": "t: row 1", "value": 2.5}
    assert write_json([], tmp_path / "none.json") == 0
    assert json.loads((tmp_path / "none.json").read_text()) == {"predictions": []}


def test_a_file_that_is_published_meanwhile_is_whole_and_goes_on(tmp_path):
    table, rows = tmp_path / "out.csv", tmp_path / "out.json"
    table.write_text("old")
    with CsvFile(table, regression=False) as csv_file, JsonFile(rows) as json_file:
        for place, prediction in enumerate([CAT, BROKEN, DOG]):
            csv_file.add(prediction)
            json_file.add(prediction)
            if not place:
                assert table.read_text() == "old"
            csv_file.publish()
            json_file.publish()
            assert len(lines(table)) == place + 2
            assert len(json.loads(rows.read_text())["predictions"]) == place + 1
    assert [row[0] for row in lines(table)] == ["input", "cat.png", "broken.png", "dog.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out.json"]


@given(st.lists(st.tuples(st.text(), st.text(min_size=1), st.booleans()), max_size=5))
def test_any_names_and_labels_come_back_from_both_files(tmp_path_factory, named):
    folder = tmp_path_factory.mktemp("names")
    given = [Prediction(name, label, 0.5, (label,), (0.5,), unsure=unsure) for name, label, unsure in named]
    write_csv(given, folder / "out.csv")
    write_json(given, folder / "out.json")
    found = [(row[0], row[1], row[3] == "true") for row in lines(folder / "out.csv")[1:]]
    assert found == named
    rows = json.loads((folder / "out.json").read_text(encoding="utf-8"))["predictions"]
    assert [(row["input"], row["label"], row["unsure"]) for row in rows] == named
