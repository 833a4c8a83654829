"""What is promised to those who write experiment files: every key, and what stands there where nothing is written."""

import tomllib
from typing import Any

import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.registry import Registry

DEFAULTS = """
name = "experiment"

[data]
path = ""
target = ""
columns = []
categorical = []
task = "auto"
validation = 0.2
test = 0.0
seed = 0
augment = "none"
mix = "none"
views = 0
balance = "none"
excluded = []
relabelled = []
unreadable = "fail"
group = ""

[model]
initializer = "he"
activation = "relu"
normalization = "batch_norm"
normalization_place = "before"
output = "softmax"
weights = "pretrained"
adapters = 0

[training]
epochs = 10
batch_size = 32
optimizer = "adam"
schedule = "constant"
seed = 0
device = "auto"
precision = "auto"
threads = 0
early_stopping = 0
clip_gradient = 0.0
micro_batch = 0
non_finite = "stop"
instruments = true
trackers = []
label_smoothing = 0.0
ema_decay = 0.0
cache_features = true

[fine_tuning]
epochs = 5
unfreeze_last = 3
layer_decay = 1.0
gradual = false
optimizer = { name = "adam", lr = 0.0001 }
schedule = "constant"
"""

# These depend on the network or the data, and are settled when a run begins.
LEFT_OPEN = {"data": {"image_size"}, "model": {"kind", "layers", "dropout", "backbone", "freeze", "head", "pooling"}}

# What the networks fill in where a key is left open.
OF_NETWORKS: dict[str, dict[str, Any]] = {
    "mlp": {"layers": (128, 128), "dropout": 0.0},
    "transfer": {"head": (1024,), "pooling": "avg", "dropout": 0.0, "backbone": "efficientnet_lite0"},
}

EVERYTHING = """
name = "stamps"

[data]
source = "image_folder"
path = "photos"
target = "species"
columns = ["a"]
categorical = ["b"]
task = "classification"
validation = 0.2
test = 0.1
seed = 1
image_size = 224
augment = "strong"
mix = "mixup"
views = 4
balance = "sampler"
excluded = ["a/1.png"]
relabelled = [["a/2.png", "b"]]
unreadable = "skip"
group = ""

[model]
kind = "transfer"
layers = [128, 128]
initializer = { name = "he", distribution = "uniform" }
activation = "relu"
normalization = "layer_norm"
normalization_place = "after"
dropout = 0.5
output = "sigmoid"
backbone = "efficientnet_lite0"
weights = "random"
freeze = true
head = [1024]
pooling = "flatten"
adapters = 8

[training]
epochs = 10
batch_size = 32
optimizer = { name = "adam", lr = 0.001 }
schedule = "constant"
seed = 0
device = "cuda:1"
precision = "bfloat16"
threads = 2
early_stopping = 3
clip_gradient = 1.0
micro_batch = 8
non_finite = "skip"
instruments = false
trackers = ["tensorboard", { name = "mlflow", every = 10 }]
label_smoothing = 0.1
ema_decay = 0.99
cache_features = false

[fine_tuning]
epochs = 5
unfreeze_last = 3
layer_decay = 0.75
gradual = true
optimizer = { name = "adam", lr = 0.0001 }
"""


def test_every_key_but_the_source_has_its_promised_default() -> None:
    found = Experiment.from_dict({"data": {"source": "digits"}, "fine_tuning": {}}).to_dict()

    assert found["data"].pop("source") == "digits"
    assert found == tomllib.loads(DEFAULTS)


def test_there_are_no_keys_but_the_promised_ones() -> None:
    promised = tomllib.loads(DEFAULTS)

    assert set(Experiment.model_fields) == set(promised)
    for name in ("data", "model", "training"):
        annotation: Any = Experiment.model_fields[name].annotation
        keys = set(promised[name]) | LEFT_OPEN.get(name, set()) | ({"source"} if name == "data" else set())
        assert set(annotation.model_fields) == keys


def test_without_the_section_there_is_no_fine_tuning() -> None:
    assert Experiment.from_dict({"data": {"source": "digits"}}).fine_tuning is None


def test_every_promised_key_may_be_written() -> None:
    content = tomllib.loads(EVERYTHING)

    assert Experiment.from_dict(content).to_dict() == content | {
        "fine_tuning": content["fine_tuning"] | {"schedule": "constant"}
    }


@pytest.mark.parametrize("network", OF_NETWORKS)
def test_what_is_left_open_has_the_promised_default_of_its_network(network: str, registry: Registry) -> None:
    defaults = {parameter.name: parameter.default for parameter in registry.networks[network].parameters}

    assert {name: defaults[name] for name in OF_NETWORKS[network]} == OF_NETWORKS[network]
