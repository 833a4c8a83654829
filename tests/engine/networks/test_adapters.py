"""Low-rank adapters: drawn, trained, kept, loaded and exported; refused in a sentence where they do not fit."""

import importlib.util
import subprocess
import sys

import pytest
import torch

from desktop_app.api import SplitNetwork
from desktop_app.engine.export.exporting import export_run
from desktop_app.engine.networks.adapters import adapted_layers, add_adapters, merged
from desktop_app.engine.networks.build import build_model
from desktop_app.engine.prepare import prepare
from desktop_app.errors import ExperimentError

KEYS = {
    "model__backbone": "test_convnext",
    "model__adapters": 2,
    "data__image_size": 32,
    "data__test": 0.95,
    "data__validation": 0.03,
    "training__epochs": 1,
    "fine_tuning__epochs": 2,
    "fine_tuning__unfreeze_last": 2,
    "fine_tuning__optimizer": {"name": "adam", "lr": 0.01},
}


class Small(torch.nn.Module):
    """One block of a linear layer and a head."""

    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.ModuleList([torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 2))])
        self.head = torch.nn.Identity()

    def forward(self, values):
        return self.blocks[0](values)


def test_an_adapter_adds_the_product_of_its_two_matrices():
    network = Small()
    plain = network.blocks[0][1]
    add_adapters(network, 1, 1)
    (layer,) = adapted_layers(network)
    assert layer.base_layer is plain
    inputs = torch.tensor([[1.0, -2.0, 0.5]])
    hidden = network.blocks[0][0](inputs)
    assert torch.equal(network(inputs), plain(hidden))  # nothing changes before the first step

    with torch.no_grad():
        layer.lora_A["default"].weight.copy_(torch.tensor([[2.0, -1.0]]))
        layer.lora_B["default"].weight.copy_(torch.tensor([[3.0], [-4.0]]))

    product = torch.tensor([[6.0, -3.0], [-8.0, 4.0]])
    torch.testing.assert_close(network(inputs), plain(hidden) + hidden @ product.T)
    before = plain.weight.clone()
    together = merged(network)
    assert torch.equal(plain.weight, before)
    assert isinstance(network, SplitNetwork)
    assert adapted_layers(together) == []
    torch.testing.assert_close(together.blocks[0][1].weight, before + product)


def test_a_run_with_adapters_is_loaded_and_exported(train, experiment_of, all_plugins, tmp_path):
    run = train(experiment_of("transfer", **KEYS), tmp_path).run

    network = run.load_model("best", all_plugins).network
    layers = adapted_layers(network)
    assert len(layers) == 2
    assert all(layer.lora_B["default"].weight.abs().max() > 0 for layer in layers)
    report = export_run(run, registry=all_plugins)
    assert report.parity.passed
    assert report.parity.max_abs_diff < 1e-4


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"model__backbone": "test_resnet"}, r"model\.adapters.*this backbone has none.*vit_small_patch16_224"),
        ({"fine_tuning__unfreeze_last": 99}, r"unfreeze_last.*linear layers that adapters can be put into, got 99"),
        ({"model__freeze": False}, r"adapters leave the backbone as it is, and model\.freeze = false"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(keys, sentence, experiment_of, all_plugins):
    with pytest.raises(ExperimentError, match=sentence):
        prepare(experiment_of("transfer", **(KEYS | keys)), all_plugins)


def test_adapters_without_a_fine_tuning_are_refused(experiment_of, all_plugins):
    experiment = experiment_of("transfer", **KEYS).model_copy(update={"fine_tuning": None})
    with pytest.raises(ExperimentError, match=r"trained by \[fine_tuning\]; add it"):
        prepare(experiment, all_plugins)


def test_without_peft_a_sentence_says_what_to_install(monkeypatch):
    finding = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "peft" else finding(name))

    with pytest.raises(ExperimentError, match=r"need the package peft; install downslope\[adapters\]"):
        add_adapters(Small(), 1, 1)


def test_the_table_of_layers_needs_no_weights(experiment_of, all_plugins):
    experiment = experiment_of("transfer", **KEYS)
    task = prepare(experiment, all_plugins).task
    experiment = prepare(experiment, all_plugins).experiment
    with torch.device("meta"):
        model = build_model(experiment, task, all_plugins)

    assert {weight.device.type for weight in model.network.parameters()} == {"meta"}
    assert len(adapted_layers(model.network)) == 2


_ALONE = """
import socket, sys
def refuse(*arguments, **more):
    raise AssertionError("something was sent")
import torch
from torch import nn
from desktop_app.engine.networks.adapters import adapted_layers, add_adapters, merged
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks, self.head = nn.ModuleList([nn.Linear(2, 2)]), nn.Identity()
small = Small()
assert adapted_layers(small) == [] and merged(small) is small
assert not {"peft", "transformers"} & set(sys.modules)
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
add_adapters(small, 1, 1)
assert len(adapted_layers(small)) == 1 and "peft" in sys.modules
"""


def test_peft_is_imported_for_adapters_alone_and_sends_nothing():
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", _ALONE], check=True, timeout=120)
