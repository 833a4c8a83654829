"""The catalogue of the last start comes back as it was, or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import ReLU

from desktop_app.api import Activation, Parameter, Range
from desktop_app.api.parameters import REQUIRED
from desktop_app.registry import Card, Catalogue, Registry

numbers = st.floats(-1e6, 1e6)
ranges = st.builds(
    lambda low, width, log: Range(abs(low) + 1e-9 if log else low, (abs(low) if log else low) + width, log),
    numbers,
    st.floats(1e-3, 1e3),
    st.booleans(),
)
plain = st.none() | st.booleans() | st.integers() | numbers | st.text(max_size=8)
parameters = st.builds(
    Parameter,
    name=st.text(min_size=1, max_size=8),
    kind=st.sampled_from(["number", "integer", "switch", "choice", "text", "list", "any"]),
    default=st.just(REQUIRED) | plain | st.lists(plain, max_size=3).map(tuple),
    range=st.none() | ranges,
    choices=st.lists(plain, max_size=3).map(tuple),
    optional=st.booleans(),
    help=st.text(max_size=12),
)
cards = st.builds(
    Card,
    kind=st.sampled_from(["optimizer", "activation"]),
    name=st.text(min_size=1, max_size=8),
    title=st.text(max_size=8),
    summary=st.text(max_size=8),
    formula=st.just(r"\frac{x}{2}"),
    reference=st.text(max_size=8),
    source=st.sampled_from(["built-in", "user", "installed"]),
    parameters=st.lists(parameters, max_size=3).map(tuple),
)


@given(st.lists(cards, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_cards_come_back_as_they_were_saved(tmp_path: Path, written: list[Card]) -> None:
    catalogue = Catalogue(written)

    catalogue.save(tmp_path)
    read = Catalogue.load(tmp_path)

    assert read is not None
    for kind in ("optimizer", "activation", "schedule"):
        assert read.cards(kind) == catalogue.cards(kind)


def test_every_built_in_card_comes_back(registry: Registry, tmp_path: Path) -> None:
    catalogue = registry.catalogue()
    catalogue.save(tmp_path / "not" / "yet" / "there")
    read = Catalogue.load(tmp_path / "not" / "yet" / "there")

    assert read is not None
    assert len(read.cards("optimizer")) == len(registry.optimizers)
    for name in registry.optimizers:
        assert read.card("optimizer", name) == catalogue.card("optimizer", name)


def test_values_that_json_cannot_hold_are_kept_as_text(tmp_path: Path) -> None:
    odd = Parameter("odd", "any", default=len, choices=(b"raw",))
    Catalogue([Card(kind="activation", name="a", parameters=(odd,))]).save(tmp_path)

    read = Catalogue.load(tmp_path)

    assert read is not None
    (card,) = read.cards("activation")
    assert card.parameters[0].default == str(len)


def test_a_card_is_titled_after_its_name_where_the_plugin_says_nothing() -> None:
    (card,) = Catalogue.of([(Activation("soft_step", ReLU), "user")]).cards("activation")

    assert (card.title, card.source) == ("soft_step", "user")


def test_there_is_no_card_for_an_unknown_name() -> None:
    assert Catalogue([]).card("optimizer", "adam") is None


CARD: dict[str, Any] = {"kind": "optimizer", "name": "a", "parameters": []}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "null",
        "[]",
        "3",
        "[" * 100_000,
        json.dumps({"form": 0, "cards": []}),
        json.dumps({"form": "1", "cards": []}),
        json.dumps({"cards": []}),
        json.dumps({"form": 1}),
        json.dumps({"form": 1, "cards": 3}),
        json.dumps({"form": 1, "cards": [3]}),
        json.dumps({"form": 1, "cards": [{"kind": "optimizer", "name": "a"}]}),
        json.dumps({"form": 1, "cards": [{**CARD, "source": "elsewhere"}]}),
        json.dumps({"form": 1, "cards": [{**CARD, "name": 3}]}),
        json.dumps({"form": 1, "cards": [{**CARD, "parameters": ["lr"]}]}),
        json.dumps({"form": 1, "cards": [{**CARD, "parameters": [{"name": "lr"}]}]}),
    ],
)
def test_a_file_of_another_form_or_a_broken_one_is_not_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "catalogue.json").write_text(content)

    assert Catalogue.load(tmp_path) is None


def test_bytes_that_are_no_text_and_a_missing_file_are_not_read(tmp_path: Path) -> None:
    assert Catalogue.load(tmp_path) is None
    (tmp_path / "catalogue.json").write_bytes(b"\xff\xfe\x00")
    assert Catalogue.load(tmp_path) is None


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should")

    Catalogue([]).save(tmp_path / "cache")

    assert (tmp_path / "cache").read_text() == "a file stands where the folder should"


def test_saving_leaves_one_file(tmp_path: Path) -> None:
    for _ in range(3):
        Catalogue([Card(kind="optimizer", name="a")]).save(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["catalogue.json"]
