"""timm's networks as backbones: chains come apart into blocks that equal the network, others stay whole."""

from pathlib import Path

import huggingface_hub.constants
import pytest
import timm
import torch
from safetensors.torch import save_file
from small_hub import point_at, put_into_cache
from torch import Tensor, nn

from desktop_app.api import weights_report
from desktop_app.errors import PluginError
from desktop_app.registry import Registry


def run(blocks, pictures: Tensor) -> Tensor:
    with torch.no_grad():
        for block in blocks:
            pictures = block(pictures)
    return pictures


# The number of blocks counts what forward_features runs, sequences taken apart once.
CHAINS = [
    ("resnet18", 12, 512),  # conv, norm, activation, pool, 4 x 2 residual blocks
    ("mobilenetv3_small_050", 8, 288),  # stem, norm with activation, 6 stages
    ("regnetx_002", 5, 368),  # stem, 4 stages
    ("convnext_atto", 6, 320),  # 2 of the stem, 4 stages
    ("tf_efficientnet_lite0", 11, 1280),  # conv, norm, 7 stages, conv, norm
]


@pytest.mark.parametrize(("name", "count", "channels"), CHAINS)
def test_a_chain_is_its_blocks_in_order(registry: Registry, name: str, count: int, channels: int) -> None:
    built = registry.backbones[name].create("random")
    built.module.eval()
    pictures = torch.randn(1, 3, 96, 96)
    with torch.no_grad():
        whole = built.module.forward_features(pictures)

    assert len(built.blocks) == count
    assert whole.shape[1] == channels
    assert torch.equal(run(built.blocks, pictures), whole)


def test_a_transformer_is_one_block_that_gives_one_vector(registry: Registry) -> None:
    built = registry.backbones["vit_tiny_patch16_224"].create("random")
    built.module.eval()
    pictures = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        tokens = built.module.forward_features(pictures)

    assert len(built.blocks) == 1
    assert torch.equal(run(built.blocks, pictures), tokens[:, 0])  # the class token


@pytest.mark.parametrize("name", ["resnet18", "vit_tiny_patch16_224"])
def test_blocks_are_the_same_on_meta(registry: Registry, name: str) -> None:
    here = registry.backbones[name].create("random")
    with torch.device("meta"):
        there = registry.backbones[name].create("pretrained")

    assert [type(block) for block in there.blocks] == [type(block) for block in here.blocks]
    assert {parameter.device.type for parameter in there.module.parameters()} == {"meta"}


def test_building_moves_no_statistics_and_leaves_no_hooks(registry: Registry) -> None:
    built = registry.backbones["resnet18"].create("random")

    for module in built.module.modules():
        assert module.training
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        if isinstance(module, nn.BatchNorm2d):
            assert module.num_batches_tracked == 0
            assert not module.running_mean.any()


class Net(nn.Module):
    """Two convolutions with something in between that is no module."""

    def __init__(self, between: str) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 3, 1)
        self.second = nn.Conv2d(3, 3, 1)
        self.between = between

    def forward_features(self, pictures: Tensor) -> Tensor:
        features = self.first(pictures)
        if self.between == "a new tensor":
            features = features * 2
        if self.between == "a change in place":
            features += 1
        features = self.second(features)
        if self.between == "a second call":
            features = self.first(features)
        if self.between == "something behind":
            features = features + 1
        if self.between == "a change behind":
            features += 1
        return features


@pytest.mark.parametrize(
    ("between", "blocks"),
    [
        ("nothing", 2),
        ("a new tensor", 0),
        ("a change in place", 0),
        ("a second call", 0),
        ("something behind", 0),
        ("a change behind", 0),
    ],
)
def test_only_what_is_a_chain_comes_apart(registry: Registry, between: str, blocks: int) -> None:
    # The function of the very plugin that is registered, wherever that was loaded from.
    chain_of_modules = registry.backbones["resnet18"].factory.__globals__["chain_of_modules"]
    chain, _ = chain_of_modules(Net(between), (8, 8))

    assert len(chain) == blocks


def test_pictures_are_prepared_as_timm_says(registry: Registry) -> None:
    rule = registry.backbones["mobilevit_xxs"].create("random").preprocessing

    assert (rule.size, rule.mean, rule.std) == (256, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert (rule.interpolation, rule.rule) == ("bicubic", "crop")


def test_without_the_hub_one_sentence_says_what_to_do(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)

    with pytest.raises(PluginError) as caught:
        registry.backbones["resnet10t"].create("pretrained")
    assert "The weights timm/resnet10t.c3_in1k could not be fetched from the hub: they are not on this machine" in str(
        caught.value
    )
    assert 'set the weights to "random" or to the path of a .safetensors or .pth file' in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_come_from_a_file_with_a_classifier(registry: Registry, tmp_path: Path) -> None:
    source = timm.create_model("resnet10t", num_classes=4)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    built = registry.backbones["resnet10t"].create(str(tmp_path / "weights.pth"))

    expected = source.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in built.module.state_dict().items())
    with pytest.raises(PluginError, match="do not fit this network"):
        registry.backbones["resnet18"].create(str(tmp_path / "weights.pth"))


def test_every_name_of_timm_is_there_once(registry: Registry) -> None:
    assert set(timm.list_models()) | {"efficientnet_lite0"} == set(registry.backbones)


def test_pretrained_weights_come_from_the_hubs_cache_without_a_network(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub")
    source = timm.create_model("resnet10t")
    save_file(source.state_dict(), tmp_path / "model.safetensors")
    put_into_cache(tmp_path / "hub", "timm/resnet10t.c3_in1k", tmp_path / "model.safetensors")

    built = registry.backbones["resnet10t"].create("pretrained")

    expected = source.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in built.module.state_dict().items())


def test_vggs_features_fit_a_file_without_the_dense_layers(registry: Registry, tmp_path: Path) -> None:
    source = timm.create_model("vgg11", num_classes=0)
    state = {name: tensor for name, tensor in source.state_dict().items() if name.startswith("features.")}
    torch.save(state, tmp_path / "weights.pth")

    built = registry.backbones["vgg11"].create(str(tmp_path / "weights.pth"))

    report = weights_report(built.module)
    assert report is not None
    assert report.complete
    assert report.matched == 16  # eight convolutions with biases
    assert torch.equal(built.module.state_dict()["features.0.weight"], state["features.0.weight"])


def test_every_backbone_says_where_its_weights_are(registry: Registry) -> None:
    said = {name: registry.backbones[name].pretrained for name in ("resnet18", "legacy_seresnet18", "botnet50ts_256")}

    assert said == {
        "resnet18": "hf-hub:timm/resnet18.a1_in1k",
        "legacy_seresnet18": "download",
        "botnet50ts_256": "none",
    }
    assert registry.backbones["efficientnet_lite0"].pretrained == "installed"
