"""The article's recipe, layer for layer; ``tests/benchmarks/article_vgg16.py`` trains it."""

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.preview import load_samples, summarize_network
from desktop_app.reading.resources import resource_file

# VGG16 after Simonyan and Zisserman 2015, configuration D: channels and side of what each convolution gives.
CONVOLUTIONS = [(64, 224)] * 2 + [(128, 112)] * 2 + [(256, 56)] * 3 + [(512, 28)] * 3 + [(512, 14)] * 3
BLOCK_5 = 3 * (512 * 512 * 3 * 3 + 512)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory):
    folder = tmp_path_factory.mktemp("article")
    for name in ("one", "two", "three"):
        (folder / "pictures" / name).mkdir(parents=True)
        for number in range(2):
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "pictures" / name / f"{number}.png")
    file = folder / "article_vgg16.toml"
    file.write_bytes(resource_file("experiments/article_vgg16.toml").read_bytes())
    return Experiment.load(file)


def test_every_layer_has_the_articles_shape_and_learns_when_the_article_says(recipe, all_plugins):
    summary = summarize_network(recipe, all_plugins, load_samples(recipe, all_plugins))
    with_weights = [row for row in summary.rows if row.parameters]

    expected, before = [], 3
    for channels, side in CONVOLUTIONS:
        expected.append(("Conv2d", (channels, side, side), before * channels * 9 + channels))
        before = channels
    expected += [("Linear", (1024,), 512 * 7 * 7 * 1024 + 1024), ("Linear", (3,), 1024 * 3 + 3)]
    assert [(row.kind, row.output_shape, row.parameters) for row in with_weights] == expected
    kinds = [row.kind for row in summary.rows]
    assert kinds[-5:] == ["MaxPool2d", "Flatten", "Linear", "ReLU", "Linear"]
    assert summary.rows[-5].output_shape == (512, 7, 7)
    assert summary.rows[-4].output_shape == (25088,)

    at_first = [row.learning[0].rate if row.learning[0] else None for row in with_weights]
    later = [row.learning[1].rate if row.learning[1] else None for row in with_weights]
    assert at_first == [None] * 13 + [0.001] * 2
    assert later == [None] * 10 + [0.0001] * 5
    assert sum(row.parameters for row in with_weights[:13] if row.learning[1]) == BLOCK_5 == 7_079_424
    assert summary.parameters == 14_714_688 + 25_691_136 + 3_075
    assert summary.trained_parameters == 25_691_136 + 3_075


@pytest.mark.parametrize("dense", [True, False])
def test_vgg_takes_files_with_and_without_the_old_dense_layers(dense, all_plugins, tmp_path, monkeypatch):
    # At full width its dense layers alone are half a gigabyte.
    monkeypatch.setitem(timm.models.vgg.cfgs, "vgg11", [4, "M", 8, "M"])
    weights = timm.create_model("vgg11").state_dict()
    given = {name: weight for name, weight in weights.items() if dense or name.startswith("features.")}
    torch.save(given, tmp_path / "vgg.pth")

    built = all_plugins.backbones["vgg11"].create(str(tmp_path / "vgg.pth"))

    loaded = built.module.state_dict()
    assert sorted(loaded) == sorted(name for name in weights if name.startswith("features."))
    assert all(torch.equal(tensor, weights[name]) for name, tensor in loaded.items())
