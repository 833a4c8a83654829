"""A file of weights is compared with a backbone before anything is trained."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from desktop_app.engine.networks.weights_file import compare_weights
from desktop_app.errors import DataError
from desktop_app.registry import Registry


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224", "efficientnet_lite0"])
def test_a_networks_own_file_fits_with_its_classifier(registry: Registry, tmp_path: Path, name: str) -> None:
    source = timm.create_model("tf_efficientnet_lite0" if name == "efficientnet_lite0" else name, num_classes=3)
    save_file(source.state_dict(), tmp_path / "weights.safetensors")

    report = compare_weights(registry.backbones[name], tmp_path / "weights.safetensors")

    assert report.complete
    assert report.share == 1.0


def test_the_same_is_said_as_when_it_is_loaded(registry: Registry, tmp_path: Path) -> None:
    state = timm.create_model("resnet18").state_dict()
    del state["layer1.0.conv1.weight"]
    torch.save(state, tmp_path / "weights.pth")

    report = compare_weights(registry.backbones["resnet18"], tmp_path / "weights.pth")

    assert (report.matched, report.wanted, report.missing) == (99, 100, ("layer1.0.conv1.weight",))


def test_another_networks_file_is_refused(registry: Registry, tmp_path: Path) -> None:
    save_file(timm.create_model("resnet18").state_dict(), tmp_path / "weights.safetensors")

    with pytest.raises(DataError, match="do not fit this network"):
        compare_weights(registry.backbones["resnet50"], tmp_path / "weights.safetensors")
