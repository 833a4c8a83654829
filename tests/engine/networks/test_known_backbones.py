"""What is known of backbones is true of those that are built, and needs no torch."""

import subprocess
import sys

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from desktop_app.api import BuiltBackbone
from desktop_app.engine.networks.known_backbones import RECOMMENDED, facts_of, known_backbones
from desktop_app.registry import Registry
from desktop_app.registry.catalogue import Card


@pytest.mark.parametrize("name", ["efficientnet_lite0", "resnet18", "vit_tiny_patch16_224", "vgg16"])
def test_the_figures_are_those_of_the_network(registry: Registry, name: str) -> None:
    facts = facts_of(registry.catalogue().card("backbone", name))
    with torch.device("meta"):
        built = BuiltBackbone(*registry.backbones[name].create("random"))
        built.module.eval().requires_grad_(False)
        pictures = torch.zeros(1, 3, facts.pixels, facts.pixels)
        with FlopCounterMode(display=False) as counter:
            for block in built.blocks:
                pictures = block(pictures)

    assert facts.pixels == built.preprocessing.size
    assert facts.macs == counter.get_total_flops() // 2
    inside = {id(weight): weight.numel() for block in built.blocks for weight in block.parameters()}
    assert facts.parameters == sum(inside.values())


def test_resnet18s_figures_are_those_of_its_paper() -> None:
    facts = facts_of(Card(kind="backbone", name="resnet18"))

    assert facts.macs == pytest.approx(1.8e9, rel=0.02)  # He et al. 2015, table 1
    assert facts.parameters == 11_689_512 - 512 * 1000 - 1000  # without its classifier
    assert facts.file_bytes == pytest.approx(46.8e6, rel=0.01)


def test_nearly_every_backbone_has_figures(registry: Registry) -> None:
    known = known_backbones(registry.catalogue().cards("backbone"))

    assert len(known) == len(registry.backbones)
    assert sum(facts.parameters is not None for facts in known) > 0.95 * len(known)


def test_the_recommended_ones_come_first_and_can_be_had(registry: Registry) -> None:
    known = known_backbones(registry.catalogue().cards("backbone"))
    first = known[: len(RECOMMENDED)]

    assert [facts.name for facts in first] == list(RECOMMENDED)
    assert first[0].name == "efficientnet_lite0"
    assert all(facts.recommended for facts in first)
    assert {facts.state(frozenset()) for facts in first} == {"installed", "download"}
    assert {facts.use for facts in first} == {"free"}
    rest = [facts.name for facts in known[len(RECOMMENDED) :]]
    assert rest == sorted(rest)


@pytest.mark.parametrize(
    ("pretrained", "state"),
    [
        ("installed", "installed"),
        ("hf-hub:timm/a.b", "here"),
        ("hf-hub:timm/other.b", "download"),
        ("download", "download"),
        ("none", "none"),
        ("", "unknown"),
    ],
)
def test_where_the_weights_are(pretrained: str, state: str) -> None:
    facts = facts_of(Card(kind="backbone", name="a", pretrained=pretrained))

    assert facts.state(frozenset({"timm/a.b"})) == state


def test_a_plugin_of_ones_own_has_no_figures_of_a_built_in_of_its_name() -> None:
    facts = facts_of(Card(kind="backbone", name="resnet18", source="user"))

    assert (facts.parameters, facts.macs, facts.recommended) == (None, None, "")


def test_no_torch_is_needed() -> None:
    code = (
        "import sys; from desktop_app.engine.networks.known_backbones import known_backbones, weights_in_cache;"
        "known_backbones([]); weights_in_cache(); assert not {'torch', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
