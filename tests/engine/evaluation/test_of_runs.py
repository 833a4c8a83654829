"""Runs evaluated: kept predictions, test samples that are counted, folds, heat maps and the report."""

import json
import re
import shutil
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from desktop_app.engine.evaluation import evaluating as evaluating_module
from desktop_app.engine.evaluation.document import write_report
from desktop_app.engine.evaluation.evaluating import counted_test_looks, evaluate_run, part_predictions, run_folds
from desktop_app.engine.evaluation.folds import evaluate_in_folds, fold_places, reason_against_folds
from desktop_app.engine.evaluation.heat import heat_map, last_feature_map
from desktop_app.engine.evaluation.stored import load_predictions, predictions_file, weights_digest
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.errors import DataError, ModelError, RunError


@pytest.fixture(scope="session")
def shades(train, tmp_path_factory):
    """Return a run on two classes of pictures, one with a name that HTML would take for its own."""
    folder = tmp_path_factory.mktemp("shades")
    generator = np.random.default_rng(0)
    for name, middle in (("dark & <script>alert(1)<", 60), ("light", 190)):
        (folder / "data" / name).mkdir(parents=True)
        for place in range(15):
            pixels = generator.integers(middle - 40, middle + 40, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "data" / name / f"{place}.png")
    experiment = Experiment.from_dict(
        {
            "name": "shades",
            "data": {"source": "image_folder", "path": str(folder / "data"), "image_size": 32, "test": 0.2},
            "model": {
                "kind": "transfer",
                "backbone": "test_efficientnet",
                "weights": "random",
                "freeze": True,
                "head": [8],
                "output": "sigmoid",
            },
            "training": {"epochs": 2, "threads": 1, "batch_size": 8},
        }
    )
    trained = train(experiment, folder / "runs")
    assert trained.outcome.status == "finished", trained.outcome.reason
    return trained.run


@pytest.fixture
def copied(shades, tmp_path):
    """Return a copy of the run that a test may change."""
    shutil.copytree(shades.folder, tmp_path / "run", ignore=shutil.ignore_patterns("*.npz"))
    return Run.open(tmp_path / "run")


def test_predictions_are_computed_once_for_the_same_weights(copied, all_plugins, monkeypatch):
    first, samples = part_predictions(copied, all_plugins, "validation")
    monkeypatch.setattr(evaluating_module, "predict_samples", None)
    again, _ = part_predictions(copied, all_plugins, "validation")

    assert again.names == first.names == samples.names
    np.testing.assert_array_equal(again.answers, first.answers)
    np.testing.assert_array_equal(again.targets, first.targets)
    assert again.classes == copied.classes


def test_kept_predictions_of_other_weights_or_broken_ones_are_left_alone(copied, all_plugins):
    part_predictions(copied, all_plugins, "validation")

    assert load_predictions(copied, weights_digest(copied), "validation") is not None
    assert load_predictions(copied, "others", "validation") is None
    assert load_predictions(copied, weights_digest(copied), "test") is None
    file = predictions_file(copied, "validation")
    whole = file.read_bytes()
    for content in (b"", b"PK\x03\x04 half", whole[: len(whole) // 2]):
        file.write_bytes(content)
        assert load_predictions(copied, weights_digest(copied), "validation") is None
    assert part_predictions(copied, all_plugins, "validation")[0].usable.all()


def test_cancelling_ends_between_two_batches_and_keeps_nothing(copied, all_plugins):
    def cancel(phase, done, total):
        if phase == "Predicting":
            raise RunError("Cancelled.")

    with pytest.raises(RunError, match=r"Cancelled\."):
        evaluate_run(copied, all_plugins, report=cancel)
    assert not predictions_file(copied, "validation").exists()


def test_test_samples_are_evaluated_only_when_asked_for_and_counted(copied, all_plugins):
    split = json.loads(copied.files.split.read_text())
    validated = evaluate_run(copied, all_plugins, folds=True)
    assert validated.test_looks == 0
    assert not set(split["test"]) & {*validated.predictions.names, *validated.folds.predictions.names}

    found = evaluate_run(copied, all_plugins, test=True)

    assert list(found.predictions.names) == split["test"]
    assert found.predictions.part == "test"
    assert (found.test_looks, counted_test_looks(copied)) == (1, 1)
    assert evaluate_run(copied, all_plugins, test=True).test_looks == 2
    assert counted_test_looks(Run.open(copied.folder)) == 2


def test_a_run_without_test_samples_says_how_to_have_some(copied, all_plugins):
    split = json.loads(copied.files.split.read_text()) | {"test": []}
    copied.files.split.write_text(json.dumps(split))

    with pytest.raises(DataError, match=r"set data\.test above 0"):
        evaluate_run(copied, all_plugins, test=True)
    assert counted_test_looks(copied) == 0


class TestFolds:
    def test_judge_each_picture_once_by_a_head_that_did_not_see_it(self, copied, all_plugins):
        split = json.loads(copied.files.split.read_text())

        found = run_folds(copied, all_plugins)

        assert sorted(found.predictions.names) == sorted(split["training"] + split["validation"])
        assert found.predictions.usable.all()
        assert len(found.per_fold) == 5
        low, high = found.interval
        assert low <= found.accuracy <= high
        kept = run_folds(copied, all_plugins)
        np.testing.assert_array_equal(kept.predictions.answers, found.predictions.answers)
        assert kept.per_fold == found.per_fold

    def test_are_the_same_each_time_and_draw_nothing_from_torchs_own_generator(self, copied, all_plugins):
        torch.manual_seed(5)
        before = torch.get_rng_state()
        first = evaluate_in_folds(copied, all_plugins, folds=2)

        assert torch.equal(before, torch.get_rng_state())
        again = evaluate_in_folds(copied, all_plugins, folds=2)
        np.testing.assert_array_equal(first.predictions.answers, again.predictions.answers)

    def test_make_no_sense_for_what_has_no_frozen_backbone(self, finished):
        assert "pictures with classes" in reason_against_folds(finished("mlp"))
        assert "stays as it is" in reason_against_folds(finished("augmentation"))

    def test_have_equal_shares_of_each_class_and_keep_groups_together(self):
        labels = np.repeat([0, 1], [20, 10])
        places = fold_places(labels, 5)
        groups = np.arange(30) // 2
        grouped = fold_places(labels, 5, groups)

        assert [np.bincount(labels[fold]).tolist() for fold in places] == [[4, 2]] * 5
        for found in (places, grouped):
            assert sorted(np.concatenate(found).tolist()) == list(range(30))
        for fold in grouped:
            assert not set(groups[fold]) & set(groups[np.setdiff1d(np.arange(30), fold)])

    def test_are_fewer_where_a_class_is_small_and_refuse_a_single_picture(self):
        assert len(fold_places(np.repeat([0, 1], [20, 3]), 5)) == 3
        with pytest.raises(DataError, match="a single picture"):
            fold_places(np.array([0, 0, 0, 1]), 5)


class TestHeat:
    def test_lies_over_the_picture_between_0_and_1(self, shades, all_plugins):
        model = shades.load_model("best", all_plugins)
        file = next((shades.folder.parents[1] / "data" / "light").iterdir())

        found = [heat_map(model, shades.task, file, place) for place in (0, 1)]

        for each in found:
            assert (each.heat.shape, each.heat.dtype) == ((32, 32), np.float32)
            assert each.heat.min() >= 0.0
            assert each.heat.max() in (0.0, 1.0)
            np.testing.assert_array_equal(each.picture, np.asarray(Image.open(file)))
        assert not np.array_equal(found[0].heat, found[1].heat)

    def test_is_the_weighted_sum_of_the_last_feature_map(self, all_plugins, shades):
        """Two maps, averaged and weighed 1 and -1 for the class: where the first is larger, that speaks for it."""
        convolution = nn.Conv2d(3, 2, 1, bias=False)
        linear = nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            convolution.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1.0, 0]]).reshape(2, 3, 1, 1))
            linear.weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        network = nn.Sequential(convolution, nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear)
        picture = np.zeros((4, 4, 3), dtype=np.uint8)
        picture[:2, :, 0] = 255
        picture[2:, :, 1] = 255

        class Model:
            preprocessing = staticmethod(lambda raw: raw.permute(0, 3, 1, 2).float() / 255)

        Model.network = network
        input_ = shades.task.input.model_copy(update={"height": 4, "width": 4})
        task = shades.task.model_copy(update={"input": input_, "output": "softmax"})

        red, green = (heat_map(Model, task, picture, place).heat for place in (0, 1))

        np.testing.assert_array_equal(red > 0.5, picture[:, :, 0] > 0)
        np.testing.assert_array_equal(green > 0.5, picture[:, :, 1] > 0)

    def test_cannot_be_had_from_networks_without_feature_maps(self, finished, all_plugins):
        flat = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
        with pytest.raises(ModelError, match="one row of numbers"):
            last_feature_map(flat, torch.zeros(1, 3, 4, 4))

        patches = nn.Sequential(nn.Conv2d(3, 4, 2, 2), nn.Flatten(2), nn.Linear(4, 4))
        with pytest.raises(ModelError, match="rows of patches"):
            last_feature_map(patches, torch.zeros(1, 3, 4, 4))
        run = finished("mlp")
        with pytest.raises(ModelError, match="pictures with classes only"):
            heat_map(run.load_model("best", all_plugins), run.task, np.zeros((8, 8, 3), np.uint8), 0)


class _Read(HTMLParser):
    """Collects text and tags, and fails on one that is never closed."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.addresses = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        self.text.append(data)


def read(path):
    text = path.read_text(encoding="utf-8")
    found = _Read()
    found.feed(text)
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(drawing)
    return found


class TestReport:
    def test_is_one_page_without_scripts_that_says_everything(self, copied, all_plugins, tmp_path):
        found = evaluate_run(copied, all_plugins, folds=True)
        write_report(tmp_path / "new" / "report.html", copied, all_plugins, found)

        page = read(tmp_path / "new" / "report.html")
        text = " ".join(page.text)
        assert "script" not in page.tags
        assert all(address.startswith("data:image/jpeg;base64,") for address in page.addresses)
        assert "dark & <script>alert(1)<" in text
        assert found.sentence in text
        for heading in ("Confusion", "Classes", "Calibration", "Most confident mistakes", "Training", "Settings"):
            assert heading in text
        assert f"{100 * found.accuracy:.1f} %" in text
        assert 'source = "image_folder"' in text
        assert torch.__version__.split("+")[0] in text

    def test_shows_the_pictures_of_mistakes(self, copied, all_plugins, tmp_path):
        found = evaluate_run(copied, all_plugins, test=True)
        wrong = found.predictions.targets != found.predictions.guessed
        write_report(tmp_path / "report.html", copied, all_plugins, found)

        assert len(read(tmp_path / "report.html").addresses) == wrong.sum()

    def test_of_a_number_has_its_own_figures(self, train, all_plugins, tmp_path):
        generator = np.random.default_rng(0)
        rows = [f"{x:.3f},{2 * x + 1:.3f}" for x in generator.normal(size=60)]
        (tmp_path / "line.csv").write_text("\n".join(["x,y", *rows]))
        run = train(
            Experiment.from_dict(
                {
                    "data": {"source": "table", "path": str(tmp_path / "line.csv"), "target": "y"},
                    "model": {"layers": [8]},
                    "training": {"epochs": 2, "threads": 1},
                }
            ),
            tmp_path / "runs",
        ).run
        found = evaluate_run(run, all_plugins)
        write_report(tmp_path / "report.html", run, all_plugins, found)

        text = " ".join(read(tmp_path / "report.html").text)
        assert "Mean absolute error" in text
        assert "Predicted against true" in text
        assert "Farthest off" in text

    def test_that_cannot_be_written_says_where(self, copied, all_plugins, tmp_path):
        (tmp_path / "file").write_text("")

        with pytest.raises(RunError, match="could not be written"):
            write_report(tmp_path / "file" / "r.html", copied, all_plugins, evaluate_run(copied, all_plugins))
