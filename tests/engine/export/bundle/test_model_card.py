"""The model card says what is known of the model, and nothing else."""

import dataclasses
from pathlib import Path

import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.bundle.data_facts import DataFacts, data_facts
from desktop_app.engine.export.bundle.model_card import backbone_licence, model_card
from desktop_app.engine.export.bundle.model_file import ModelFile
from desktop_app.engine.export.exported import Latency
from desktop_app.inference.metadata import Calibration, Origin


def card_of(bundled, all_plugins, kind, **metadata):
    made = bundled(kind)
    model = ModelFile.read(made.exported.onnx)
    model = dataclasses.replace(model, metadata=dataclasses.replace(model.metadata, **metadata))
    return model_card(made.run, made.exported, model, data_facts(made.run, all_plugins), all_plugins)


def test_it_counts_samples_by_class_and_part(bundled, all_plugins):
    made = bundled("pictures")

    card = card_of(bundled, all_plugins, "pictures")

    assert 'From "photos" (image_folder): 24 training, 6 validation, 0 test samples' in card
    for label in made.run.classes:
        assert f"| {label} | 8 | 2 | 0 |" in card


def test_it_holds_parity_metrics_settings_and_plugins(bundled, all_plugins):
    made = bundled("pictures")
    parity = made.exported.parity

    card = card_of(bundled, all_plugins, "pictures")

    assert f"| CPUExecutionProvider | {parity.samples} | 100.0% | {parity.max_abs_diff:.2g} |" in card
    assert "gives the answers of the network" in card
    assert f"{parity.accuracy_onnx:.1%} of {parity.samples} samples (95 % interval: " in card
    assert made.exported.card.sha256 in card
    settings = card.partition("```toml\n")[2].partition("```")[0]
    assert 'kind = "cnn"' in settings
    assert "photos" not in settings
    plugins = made.run.files.read_json(made.run.files.environment)["plugins"]
    assert len(plugins) > 4
    for plugin in plugins:
        assert f"| {plugin['kind']} | {plugin['name']} | built-in | `{plugin['sha256']}` |" in card


def test_it_tells_of_the_threshold_the_datas_digest_and_the_latency_where_they_are_known(bundled, all_plugins):
    made = bundled("pictures")
    plain = card_of(bundled, all_plugins, "pictures", calibration=None, origin=None)
    model = ModelFile.read(made.exported.onnx)
    known = dataclasses.replace(
        model.metadata, calibration=Calibration(1.25, 0.62), origin=Origin("0.9", "r", "ab12", "float32")
    )
    exported = made.exported.model_copy(
        update={"latency": Latency(provider="CPU", threads=2, batch=32, single_ms=3.21, batch_ms=1.5)}
    )

    card = model_card(
        made.run,
        exported,
        dataclasses.replace(model, metadata=known),
        data_facts(made.run, all_plugins),
        all_plugins,
    )

    assert "No *not sure* threshold was fitted" in plain
    assert "SHA-256 of the data: not recorded" in plain
    assert "Below a probability of 0.620 it is *not sure*" in card
    assert "SHA-256 of the data: `ab12`" in card
    assert "3.2 ms alone, 1.5 ms in a batch of 32 (CPU, 2 threads, where it was made)" in card
    assert "| Made with | Downslope 0.9 |" in card


def test_a_number_has_no_classes_and_no_accuracy(bundled, all_plugins):
    card = card_of(bundled, all_plugins, "number")

    assert "predicts amount" in card
    assert "Accuracy" not in card
    assert "class" not in card.partition("## Settings")[0].partition("## Data")[2]


def test_names_that_would_break_the_card_do_not(bundled, all_plugins):
    made = bundled("pictures")
    model = ModelFile.read(made.exported.onnx)
    odd = "a | b\n# c <img src=x>"
    data = DataFacts(
        "x", {"training": 1, "validation": 1, "test": 0}, {odd: {"training": 1, "validation": 1, "test": 0}}
    )

    card = model_card(made.run, made.exported, model, data, all_plugins)

    assert "| a \\| b # c &lt;img src=x> | 1 | 1 | 0 |" in card


def test_samples_that_are_gone_are_counted_in_the_sum_alone(bundled, all_plugins, tmp_path):
    made = bundled("pictures")
    split = made.run.files.read_json(made.run.files.split)
    name = split["training"][0]
    picture = Path(made.run.experiment.data.path) / name
    away = tmp_path / "away.jpg"
    picture.rename(away)
    try:
        facts = data_facts(made.run, all_plugins)
    finally:
        away.rename(picture)

    assert facts.sizes["training"] == 24
    assert sum(counts["training"] for counts in facts.per_class.values()) == 23


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ({"backbone": "efficientnet_lite0"}, "have the licence Apache-2.0: any use, as long as the authors are named"),
        ({"backbone": "efficientnet_lite0", "weights": "random"}, "nothing pretrained is in them"),
        ({"backbone": "resnet18", "weights": "/home/me/w.pth"}, "the weights file w.pth, whose licence Downslope does"),
    ],
)
def test_the_licence_of_the_backbone_is_told(model, sentence, all_plugins):
    class WithExperiment:
        experiment = Experiment.from_dict({"data": {"source": "digits"}, "model": {"kind": "transfer", **model}})

    name, licence = backbone_licence(WithExperiment(), all_plugins)

    assert name == model["backbone"]
    assert sentence in licence
