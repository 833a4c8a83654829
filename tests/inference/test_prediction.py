"""Every input gets its row, in order; a broken one gets its reason and costs nothing else."""

import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Calibration, Metadata, Resize
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import Prediction, best, predict_paths
from desktop_app.reading.pictures import fit_picture, read_picture

NAMES = ("red", "green", "blue")
FULL = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def colours(colour_model) -> OnnxModel:
    return OnnxModel.open(colour_model(), "cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with 11 pictures, two of them broken, in two sub-folders."""
    for place in range(11):
        path = tmp_path / "pictures" / ("a" if place < 6 else "b") / f"{place:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (10 + place, 9), FULL[NAMES[place % 3]]).save(path)
    (tmp_path / "pictures/a/03.png").write_bytes(b"")
    whole = tmp_path / "pictures/b/08.png"
    whole.write_bytes(whole.read_bytes()[:50])
    return tmp_path / "pictures"


@pytest.mark.parametrize("batch_size", [1, 2, 4, 11, 64])
def test_a_folder_is_predicted_in_order_and_broken_pictures_cost_their_own_row(colours, folder, batch_size):
    predictions = list(predict_paths(colours, [folder], batch_size=batch_size))
    assert [Path(prediction.input).name for prediction in predictions] == [f"{place:02}.png" for place in range(11)]
    for place, prediction in enumerate(predictions):
        if place in (3, 8):
            assert prediction == Prediction(prediction.input, problem=prediction.problem)
        else:
            assert (prediction.label, prediction.problem) == (NAMES[place % 3], None)
    assert predictions[3].problem == "is empty (0 bytes)"
    assert "cut short" in str(predictions[8].problem)


def test_probabilities_are_those_of_the_model_on_the_fitted_picture(colours, folder):
    path = folder / "b" / "07.png"
    (prediction,) = predict_paths(colours, [path])
    (expected,) = colours.run(fit_picture(read_picture(path), (8, 6), "stretch")[np.newaxis])
    assert prediction.labels == NAMES
    assert prediction.probabilities == tuple(expected.tolist())
    assert prediction.probability == max(prediction.probabilities)


def test_the_resize_rule_in_the_file_is_the_one_that_is_used(colour_model, tmp_path):
    picture = Image.new("RGB", (30, 8), "red")
    picture.paste((0, 0, 255), (12, 0, 18, 8))  # the centre that a crop keeps is blue, most of the whole is red
    picture.save(tmp_path / "flag.png")
    labels = {}
    for rule in ("crop", "stretch"):
        props = Metadata(NAMES, resize=Resize((8, 6), rule, "nearest")).to_props()
        (prediction,) = predict_paths(OnnxModel.open(colour_model(props=props), "cpu"), [tmp_path / "flag.png"])
        labels[rule] = prediction.label
    assert labels == {"crop": "blue", "stretch": "red"}


def test_paths_that_lead_nowhere_are_rows_with_their_reason(colours, tmp_path, folder):
    (tmp_path / "void").mkdir()
    given = [tmp_path / "gone.png", str(tmp_path / "void"), folder / "a" / "00.png"]
    problems = [prediction.problem for prediction in predict_paths(colours, given)]
    assert problems == ["does not exist", "holds no pictures", None]
    assert list(predict_paths(colours, [])) == []


def test_progress_reaches_the_number_of_inputs_on_the_callers_thread(colours, folder):
    seen: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        threads.add(threading.current_thread())

    list(predict_paths(colours, [folder], batch_size=4, progress=progress))
    assert seen == [(4, 11), (8, 11), (11, 11)]
    assert threads == {threading.current_thread()}


def test_whoever_stops_early_leaves_no_thread_behind(colours, folder):
    predictions = predict_paths(colours, [folder], batch_size=2)
    next(predictions)
    predictions.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decoder")]


def test_no_more_than_two_batches_are_decoded_ahead(colours, folder, monkeypatch):
    from desktop_app.inference import decoding as module

    decoded = []
    real = module.read_picture
    monkeypatch.setattr(module, "read_picture", lambda path: (decoded.append(path), real(path))[1])
    predictions = predict_paths(colours, [folder], batch_size=2)
    next(predictions)
    assert len(decoded) <= 4
    predictions.close()


def test_a_table_gives_a_row_for_each_row_in_csv_and_in_parquet_alike(table_model, tmp_path):
    frame = pl.DataFrame({"extra": ["x", "y", "z"], "city": ["Rome", "Oslo", "Rome"], "age": [0.0, 1.0, -2.5]})
    frame.write_csv(tmp_path / "people.csv")
    frame.write_parquet(tmp_path / "people.parquet")
    model = OnnxModel.open(table_model(), "cpu")
    from_csv = list(predict_paths(model, [tmp_path / "people.csv"], batch_size=2))
    from_parquet = list(predict_paths(model, [tmp_path / "people.parquet"], batch_size=3))
    # age, city (Oslo 0, Rome 1) times the weights: [0.5, 3], [1, -2], [-2, 8].
    assert [prediction.label for prediction in from_csv] == ["yes", "no", "yes"]
    assert from_csv[2].input == f"{tmp_path / 'people.csv'}: row 3"
    assert from_csv[1].probability == pytest.approx(1 / (1 + np.exp(-3.0)), abs=1e-6)
    assert [row.probabilities for row in from_csv] == [row.probabilities for row in from_parquet]


def test_regression_gives_values(table_model, tmp_path):
    (tmp_path / "people.csv").write_text("age,city\n4,Rome\n2,Oslo\n")
    model = OnnxModel.open(table_model(regression=True), "cpu")
    predictions = list(predict_paths(model, [tmp_path / "people.csv"]))
    assert [(prediction.value, prediction.label) for prediction in predictions] == [(4.5, None), (2.0, None)]


def test_a_table_that_does_not_fit_is_a_row_with_its_reason(table_model, tmp_path):
    (tmp_path / "short.csv").write_text("age\n4\n")
    (tmp_path / "good.csv").write_text("age,city\n4,Rome\n")
    model = OnnxModel.open(table_model(), "cpu")
    short, gone, good = predict_paths(model, [tmp_path / "short.csv", tmp_path / "gone.csv", tmp_path / "good.csv"])
    assert 'has no column "city"' in str(short.problem)
    assert "does not exist" in str(gone.problem)
    assert good.label is not None


def test_an_answer_that_is_no_number_is_a_problem_and_no_label(table_model, tmp_path):
    (tmp_path / "gap.csv").write_text("age,city\n,Rome\n1,Rome\n")
    gap, whole = predict_paths(OnnxModel.open(table_model(), "cpu"), [tmp_path / "gap.csv"])
    assert gap == Prediction(gap.input, problem=gap.problem)
    assert "not a finite number" in str(gap.problem)
    assert whole.label == "no"


def test_a_batch_size_of_nothing_is_refused_at_once(colours):
    with pytest.raises(ModelError, match="must be at least 1, got 0"):
        predict_paths(colours, [], batch_size=0)


def test_best_names_the_likeliest_first_and_equals_in_order():
    prediction = Prediction("x", "b", 0.5, ("a", "b", "c", "d"), (0.1, 0.5, 0.3, 0.1))
    assert best(prediction, 2) == [("b", 0.5), ("c", 0.3)]
    assert best(prediction, 9) == [("b", 0.5), ("c", 0.3), ("a", 0.1), ("d", 0.1)]
    assert best(prediction, -1) == []
    assert best(Prediction("x", problem="is empty"), 3) == []


def test_a_label_below_the_threshold_in_the_file_is_not_sure(colour_model, folder):
    for threshold, unsure in ((0.0, False), (1.0, True)):
        metadata = Metadata(NAMES, resize=Resize((8, 6)), calibration=Calibration(not_sure=threshold))
        model = OnnxModel.open(colour_model(props=metadata.to_props()), "cpu")
        sure, *_, last = predict_paths(model, [folder / "a" / "00.png", folder / "a" / "03.png"])
        assert (sure.unsure, last.unsure) == (unsure, False)
    model = OnnxModel.open(colour_model(props=Metadata(NAMES, resize=Resize((8, 6))).to_props()), "cpu")
    (found,) = predict_paths(model, [folder / "a" / "00.png"])
    assert not found.unsure


def test_a_batch_of_large_pictures_is_made_small_enough_for_the_memory(colour_model, folder, monkeypatch):
    from desktop_app.inference import prediction as module

    monkeypatch.setattr(module, "_MOST_BATCH_BYTES", 3 * 8 * 6 * 3)
    model = OnnxModel.open(colour_model(), "cpu")
    seen = []
    list(predict_paths(model, [folder / "a"], batch_size=64, progress=lambda done, _: seen.append(done)))
    assert seen == [3, 6]
