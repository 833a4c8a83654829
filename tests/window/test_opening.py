from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import DataError
from desktop_app.window import opening


@pytest.mark.parametrize(
    ("name", "kind"),
    [("e.toml", "experiment"), ("t.CSV", "table"), ("m.onnx", "model"), ("p.JPG", "picture"), ("x.txt", "unknown")],
)
def test_files_are_told_apart_by_their_ending(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).touch()
    assert opening.kind_of(tmp_path / name) == kind


def test_what_is_not_there_is_unknown(tmp_path: Path) -> None:
    assert opening.kind_of(tmp_path / "none.csv") == "unknown"


def test_a_folder_with_an_experiment_is_a_run_and_any_other_one_holds_pictures(tmp_path: Path) -> None:
    assert opening.kind_of(tmp_path) == "pictures"
    (tmp_path / "experiment.toml").touch()
    assert opening.kind_of(tmp_path) == "run"


def test_pictures_that_nothing_labels_are_unsorted(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert opening.kind_of(tmp_path) == "unsorted"
    (tmp_path / "labels.csv").write_text("file,label\na.png,x\n", encoding="utf-8")
    assert opening.kind_of(tmp_path) == "pictures"


def test_class_folders_beside_a_loose_picture_are_pictures(tmp_path: Path) -> None:
    for name in ("loose.png", "cat/1.png", "dog/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert opening.kind_of(tmp_path) == "pictures"


def test_a_csv_that_names_pictures_opens_as_pictures_and_a_zip_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "birds.csv").write_text("image,species\na.png,wren\n", encoding="utf-8")
    assert opening.kind_of(tmp_path / "birds.csv") == "table"
    (tmp_path / "a.png").touch()
    (tmp_path / "birds.zip").touch()
    assert opening.kind_of(tmp_path / "birds.csv") == "pictures"
    assert opening.kind_of(tmp_path / "birds.zip") == "archive"
    assert opening.pictures_experiment(tmp_path / "birds.csv")["name"] == tmp_path.name
    assert opening.pictures_experiment(tmp_path / "birds.zip")["name"] == "birds"


def test_a_table_predicts_its_last_column_at_first(table: Path) -> None:
    values = opening.table_experiment(table)
    assert values["data"] == {"source": "table", "path": str(table), "target": "side"}


def test_a_table_of_one_column_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("x\n1\n2\n", encoding="utf-8")
    with pytest.raises(DataError, match="at least two columns"):
        opening.table_experiment(file)


@pytest.mark.parametrize("values", [opening.sample_experiment(), opening.digits_experiment()])
def test_the_samples_are_valid_experiments(values: dict[str, object]) -> None:
    assert Experiment.from_dict(values).data.source.name in ("sample_images", "digits")
