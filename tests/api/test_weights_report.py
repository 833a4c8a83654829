"""Matching looks at names and shapes: what fits is counted, what does not is named, whatever wraps the names."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api.weights_report import LEAST_KNOWN, LEAST_SHARE, Shape, WrongShape, match

WANTED: dict[str, Shape] = {"stem.weight": (10,), "body.weight": (80,), "tail.weight": (10,)}


@pytest.mark.parametrize("prefix", ["", "module.", "model.", "backbone.", "module.model.", "_orig_mod.module.encoder."])
def test_a_wrappers_name_is_taken_off(prefix: str) -> None:
    report = match("f", {prefix + name: shape for name, shape in WANTED.items()}, WANTED)

    assert (report.matched, report.wanted, report.share, report.prefix) == (3, 3, 1.0, prefix)
    assert report.complete
    assert report.sentence == "3 of 3 tensors matched."


def test_a_network_whose_own_part_is_named_like_a_wrapper_keeps_its_names() -> None:
    wanted: dict[str, Shape] = {"model.weight": (3,), "backbone.weight": (4,)}

    assert match("f", wanted, wanted).prefix == ""


def test_what_stands_beside_a_wrapped_network_is_named_and_does_no_harm() -> None:
    found = {f"backbone.{name}": shape for name, shape in WANTED.items()} | {"projector.weight": (1000,)}
    report = match("f", found, WANTED)

    assert report.fits
    assert not report.complete
    assert report.unexpected == ("projector.weight",)
    assert report.sentence == "3 of 3 tensors matched; left out of the file: 1 unknown (projector.weight)."


def test_at_ninety_percent_of_the_numbers_the_rest_stays_random_and_is_named() -> None:
    report = match("f", {"stem.weight": (5,), "body.weight": (80,), "tail.weight": (10,)}, WANTED)

    assert report.share == LEAST_SHARE == 0.9
    assert report.fits
    assert report.wrong_shapes == (WrongShape("stem.weight", (5,), (10,)),)
    assert report.sentence == (
        "2 of 3 tensors matched, 90 % of the numbers; the rest stays random: "
        "1 of another shape (stem.weight is [5] instead of [10])."
    )


def test_below_it_nothing_is_loaded_and_the_bound_is_said() -> None:
    report = match("old.pth", {"body.weight": (80,)}, WANTED)

    assert not report.fits
    assert report.sentence == (
        "The weights in old.pth do not fit this network: 1 of 3 tensors matched, 80 % of the numbers, and less than "
        "90 % would leave too much of it random: 2 missing (stem.weight, tail.weight). Use weights of the same network."
    )


def test_a_file_that_holds_more_of_the_same_parts_is_of_another_network() -> None:
    within = match("f", WANTED | {"body.table": (5,)}, WANTED)
    beyond = match("f", WANTED | {"body.gate.weight": (6,)}, WANTED)

    assert within.fits
    assert within.known > LEAST_KNOWN == 0.95
    assert not beyond.fits
    assert "only 94.3 % of what the file holds of its parts has a place in it" in beyond.sentence


def test_names_to_ignore_and_names_that_may_lack_are_not_spoken_of() -> None:
    found = {"stem.weight": (10,), "body.weight": (80,), "fc.weight": (7,)}
    report = match("f", found, WANTED, ignore=("fc.",), optional=["tail.weight"])

    assert report.complete
    assert report.wanted == 2


def test_every_name_that_did_not_match_has_a_line() -> None:
    report = match("f", {"stem.weight": (5,), "body.weight": (80,), "extra": (1,)}, WANTED)

    assert report.lines() == [
        "tail.weight: missing in the file",
        "stem.weight is [5] instead of [10]",
        "extra: not part of the network",
    ]


names = st.text(alphabet="abmodule.", min_size=1, max_size=12)
shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
tensors = st.dictionaries(names, shapes, max_size=8)


@given(tensors, tensors)
def test_counts_add_up_whatever_the_names(found: dict[str, Shape], wanted: dict[str, Shape]) -> None:
    report = match("f", found, wanted)

    assert report.matched + len(report.missing) + len(report.wrong_shapes) == report.wanted == len(wanted)
    assert 0.0 <= report.share <= 1.0
    assert 0.0 <= report.known <= 1.0
    placed = {name for name in found if name.removeprefix(report.prefix) in wanted and name.startswith(report.prefix)}
    assert len(report.unexpected) == len(found) - len(placed)
    assert "\n" not in report.sentence


@given(tensors, st.sampled_from(["", "module.", "ema.module."]))
def test_a_network_fits_itself(wanted: dict[str, Shape], prefix: str) -> None:
    report = match("f", {prefix + name: shape for name, shape in wanted.items()}, wanted)

    if sum(math.prod(shape) for shape in wanted.values()):
        assert report.matched == report.wanted
        assert report.share == 1.0
