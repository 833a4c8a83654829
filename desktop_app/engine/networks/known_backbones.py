"""What is known of each backbone without building it: size, work, licence, and where its weights are.

Reads the catalogue's cards and a table that ships with Downslope (``resources/backbones/figures.json``); torch is not
needed, so that the window's browser stands at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from desktop_app.api.hub import repositories_in_cache
from desktop_app.engine.networks.fetching import HUB
from desktop_app.engine.networks.licences import Use, use_of
from desktop_app.reading.resources import resource_file
from desktop_app.registry.catalogue import Card

WeightsState = Literal["installed", "here", "download", "none", "unknown"]

RECOMMENDED: Mapping[str, str] = {
    "efficientnet_lite0": "The first thing to try: small, quick on a processor, and its weights are installed.",
    "mobilenetv3_small_100": "The quickest: for phones, small boards and live video, at some cost in accuracy.",
    "resnet18": "The plain classic: few layers, easy to understand, and quick to fine-tune.",
    "resnet50": "The standard that most articles compare with; sturdy in fine-tuning.",
    "efficientnet_b0": "More accurate than EfficientNet-Lite0 at the same size, and somewhat slower.",
    "regnety_008": "A good balance of accuracy and speed where a processor has to do.",
    "convnext_tiny": "Among the most accurate of its size; wants a graphics card or patience.",
    "vit_tiny_patch16_224": "The smallest vision transformer: its linear layers suit adapters.",
    "vit_small_patch16_224": "A vision transformer with strong features; wants a graphics card or patience.",
    "vgg16": "The one of the article: large and slow, easy to follow layer by layer.",
}
"""Backbones that serve most people, the first thing to try first, each with the sentence that says why."""


@dataclass(frozen=True)
class BackboneFacts:
    """``parameters`` and ``macs`` (multiply-accumulates for one picture of ``pixels``) are of what is used of it.

    All three are ``None`` where they were not measured. ``file_bytes`` is about the size of the weights' file;
    ``pretrained`` says where that comes from (see ``Backbone``), ``recommended`` why to take this one, or nothing.
    """

    name: str
    title: str
    summary: str
    reference: str
    licence: str
    pretrained: str
    parameters: int | None = None
    macs: int | None = None
    pixels: int | None = None
    file_bytes: int | None = None
    recommended: str = ""

    @property
    def use(self) -> Use:
        """What the licence allows."""
        return use_of(self.licence)

    def state(self, in_cache: frozenset[str]) -> WeightsState:
        """Return where the pretrained weights are; ``in_cache`` are the repositories whose weights are here."""
        if self.pretrained in ("installed", "none", "download"):
            return self.pretrained  # type: ignore[return-value]
        if self.pretrained.startswith(HUB):
            return "here" if self.pretrained.removeprefix(HUB) in in_cache else "download"
        return "unknown"


def known_backbones(cards: Iterable[Card]) -> list[BackboneFacts]:
    """Return the facts of every backbone of the catalogue, the recommended ones first, then by name."""
    order = {name: place for place, name in enumerate(RECOMMENDED)}
    found = [facts_of(card) for card in cards]
    return sorted(found, key=lambda facts: (order.get(facts.name, len(order)), facts.name))


def facts_of(card: Card) -> BackboneFacts:
    """Return the facts of one backbone."""
    # A plugin of somebody's own may have a name that a built-in has too; the table is of the built-in.
    built_in = card.source == "built-in"
    figures = _figures().get(card.name, {}) if built_in else {}
    return BackboneFacts(
        name=card.name,
        title=card.title or card.name,
        summary=card.summary,
        reference=card.reference,
        licence="" if card.licence == "unknown" else card.licence,
        pretrained=card.pretrained,
        parameters=figures.get("parameters"),
        macs=figures.get("macs"),
        pixels=figures.get("pixels"),
        file_bytes=figures.get("bytes"),
        recommended=RECOMMENDED.get(card.name, "") if built_in else "",
    )


def weights_in_cache() -> frozenset[str]:
    """Return the hub's repositories whose weights are on this machine; reads folders, never the network."""
    return repositories_in_cache()


@cache
def _figures() -> dict[str, dict[str, int]]:
    content = json.loads(resource_file("backbones/figures.json").read_text(encoding="utf-8"))
    figures: dict[str, dict[str, int]] = content["figures"]
    return figures
