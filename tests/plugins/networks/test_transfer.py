"""Transfer learning: backbone and head in two parts, what is new drawn afresh, what was learned left alone."""

import pytest
import torch
from torch import nn

from desktop_app.api import SplitNetwork
from desktop_app.registry import Registry

SHAPE = (3, 64, 64)


def test_it_is_its_head_on_its_blocks_in_order(registry: Registry, make_parts) -> None:
    network = registry.networks["transfer"].create(SHAPE, 5, make_parts(), weights="random").eval()
    pictures = torch.randn(2, *SHAPE)
    features = pictures
    for block in network.blocks:
        features = block(features)

    assert isinstance(network, SplitNetwork)
    assert features.shape == (2, 1280, 2, 2)
    assert torch.equal(network(pictures), network.head(features))
    assert network(pictures).shape == (2, 5)


@pytest.mark.parametrize(("pooling", "features"), [("avg", 1280), ("flatten", 1280 * 2 * 2)])
def test_the_head_has_the_parameters_of_its_layers(registry, make_parts, pooling: str, features: int) -> None:
    network = registry.networks["transfer"].create(
        SHAPE, 5, make_parts(), weights="random", head=[16, 8], pooling=pooling
    )

    counted = sum(parameter.numel() for parameter in network.head.parameters())
    assert counted == (features * 16 + 32) + (16 * 8 + 16) + (8 * 5 + 5)


def test_the_default_head_has_one_hidden_layer_of_1024(registry: Registry, make_parts) -> None:
    head = registry.networks["transfer"].create(SHAPE, 5, make_parts(), weights="random").head

    assert [layer.out_features for layer in head.modules() if isinstance(layer, nn.Linear)] == [1024, 5]


def test_pretrained_weights_and_statistics_are_left_alone(registry: Registry, make_parts) -> None:
    learned = registry.backbones["efficientnet_lite0"].create("pretrained")
    network = registry.networks["transfer"].create(SHAPE, 5, make_parts(initializer="orthogonal"))

    expected = nn.ModuleList(learned.blocks).state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.blocks.state_dict().items())
    assert all(module.training for module in network.modules())


def test_the_head_and_a_random_backbone_are_initialised_as_picked(registry: Registry, make_parts) -> None:
    parts = make_parts(initializer="orthogonal")
    network = registry.networks["transfer"].create(SHAPE, 5, parts, weights="random", head=[16], output_scale=1.0)
    weights = [layer.weight.flatten(1) for layer in network.modules() if isinstance(layer, nn.Linear | nn.Conv2d)]

    assert len(weights) > 40
    for weight in weights:
        matrix = weight if weight.shape[0] <= weight.shape[1] else weight.T
        torch.testing.assert_close(matrix @ matrix.T, torch.eye(len(matrix)), atol=1e-4, rtol=0)


def test_the_output_layer_starts_at_a_share_of_what_is_drawn(registry: Registry, make_parts) -> None:
    parts = make_parts(initializer="orthogonal")
    output = registry.networks["transfer"].create(SHAPE, 5, parts, weights="random", head=[16]).head[-1]

    torch.testing.assert_close(output.weight @ output.weight.T, 0.01 * torch.eye(5), atol=1e-6, rtol=0)


def test_grey_pictures_are_seen_as_colour(registry: Registry, make_parts) -> None:
    parts = make_parts()
    grey = registry.networks["transfer"].create((1, 8, 8), 5, parts, weights="random", head=[]).eval()
    colour = registry.networks["transfer"].create((3, 8, 8), 5, parts, weights="random", head=[]).eval()
    colour.head.load_state_dict(grey.head.state_dict())  # the backbone is the same one
    pictures = torch.randn(2, 1, 8, 8)

    assert torch.equal(grey(pictures), colour(pictures.repeat(1, 3, 1, 1)))


def test_features_that_are_vectors_need_no_pooling(registry: Registry, make_parts) -> None:
    network = registry.networks["transfer"].create(
        (3, 224, 224), 5, make_parts(), backbone="vit_tiny_patch16_224", weights="random", head=[]
    )

    assert sum(parameter.numel() for parameter in network.head.parameters()) == 192 * 5 + 5


def test_one_training_step_runs_on_meta(registry: Registry, make_parts) -> None:
    with torch.device("meta"):
        network = registry.networks["transfer"].create(SHAPE, 3, make_parts(), backbone="resnet18", dropout=0.1)
        loss = nn.functional.cross_entropy(network(torch.empty(4, *SHAPE)), torch.empty(4, dtype=torch.long))
    optimizer = registry.optimizers["momentum"].create(network.parameters())
    loss.backward()
    optimizer.step()

    assert all(parameter.grad is not None for parameter in network.parameters())
