"""What is said about exported files: whether they give the network's answers, which to take, and why."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parity_cards import card, exported

from desktop_app.engine.export import ExportOptions
from desktop_app.engine.export.proof.parity_card import Divergence
from desktop_app.window.exporting.card_words import (
    difference_in_words,
    lost_in_words,
    milliseconds,
    options_in_words,
    row_verdict,
    rule_in_words,
    title_of,
    verdict,
    why_recommended,
)
from desktop_app.window.exporting.exports import Exports


def test_a_verdict_says_what_was_asked_for() -> None:
    assert verdict(card()) == "The file gives the same answers as the trained network on 200 samples."
    int8 = card("int8", lost=0.004, most_lost=0.01, same=0.985)
    assert verdict(int8) == "The file loses 0.4 points of accuracy on 200 samples; 98.5 % of them get the same label."
    better = card("int8", lost=-0.005, most_lost=0.01)
    assert "gains 0.5 points of accuracy" in verdict(better)
    assert "all of them get the same label" in verdict(better)
    assert "loses no accuracy" in verdict(card("float16", most_lost=0.01))


def test_a_verdict_on_a_file_that_failed_says_why_and_where_it_parts_from_the_network() -> None:
    failed = card("int8", lost=0.022, most_lost=0.01, passed=False)
    assert "loses 2.2 points of accuracy" in verdict(failed)
    assert verdict(failed).endswith("It was not kept.")
    parted = card(largest=0.03, passed=False, divergence=Divergence(layer="blocks.3", operator="Conv", difference=0.1))
    assert '"blocks.3" (Conv)' in verdict(parted)
    assert "not finite" in verdict(card(largest=math.inf, passed=False))


def test_a_regression_is_told_in_standard_deviations_and_without_accuracy() -> None:
    houses = card("int8", lost=None, labels=(), largest=0.004, most_lost=0.01)

    assert "0.004 standard deviations" in verdict(houses)
    assert "explained variance" in verdict(houses)
    assert difference_in_words(houses.parity) == "0.004 σ"
    assert "label" not in rule_in_words(card(lost=None, labels=()))
    assert "explained variance" in rule_in_words(houses)
    assert difference_in_words(card(largest=math.nan).parity) == "not a number"


def test_the_rule_is_told_with_its_numbers() -> None:
    assert "no answer further off than 1e-4 of a probability, and the same label" in rule_in_words(card())
    assert rule_in_words(card("int8", most_lost=0.015)) == "Asked: at most 1.5 points of accuracy lost."


def test_the_recommended_file_is_the_smallest_that_is_good_enough_and_the_sentence_says_so(tmp_path: Path) -> None:
    large = exported(tmp_path, card())
    half = exported(tmp_path, card("float16", size_bytes=9_400_000, lost=0.0, most_lost=0.05))
    small = exported(tmp_path, card("int8", size_bytes=5_100_000, lost=0.02, most_lost=0.05))

    careful = Exports((large, half, small), most_lost=0.01)
    assert why_recommended(careful) == (
        "float16 is recommended (9.4 MB): every smaller file loses more than 1.0 points of accuracy."
    )
    assert row_verdict(small, careful) == "loses more than 1.0 points"
    careless = careful.losing(0.03)
    assert careless.onnx == small.onnx
    assert why_recommended(careless) == (
        "int8 is recommended: the smallest file that loses at most 3.0 points of accuracy (5.1 MB, 2.0 points lost)."
    )
    assert [row_verdict(each, careless) for each in careless.exported] == ["passed", "passed", "recommended"]
    assert why_recommended(Exports((large,))) == "float32 is the one file there is (18.7 MB)."


def test_a_file_under_a_name_of_its_own_is_told_apart(tmp_path: Path) -> None:
    assert title_of(exported(tmp_path, card("int8"))) == "int8"
    assert title_of(exported(tmp_path, card(), name="phone.onnx")) == "float32, phone.onnx"
    assert title_of(exported(tmp_path, card("int8"), name="model.onnx")) == "int8, model.onnx"


def test_options_are_told_where_they_apply() -> None:
    plain = " ".join(options_in_words(ExportOptions(), pictures=True, classes=True))
    assert "bytes from 0 to 255, [batch, height, width, 3]" in plain
    assert "Probabilities come out" in plain
    assert "calibrated" in plain
    other = ExportOptions(any_size=True, logits=True, layout="nchw", pixels="float32", calibrate=False)
    told = " ".join(options_in_words(other, pictures=True, classes=True))
    assert "Pictures of any size go in, as numbers from 0 to 1, [batch, 3, height, width]." in told
    assert "Logits" in told
    assert "calibrated" not in told
    houses = " ".join(options_in_words(ExportOptions(), pictures=False, classes=False))
    assert "Pictures" not in houses
    assert "Probabilities" not in houses


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0021, "2.1 µs"), (0.42, "420 µs"), (1.5, "1.50 ms"), (12.34, "12.3 ms"), (1234.0, "1,234 ms")],
)
def test_times_have_a_unit(value: float, text: str) -> None:
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "none"),
        (0.004, "0.4 points"),
        (-0.01, "gains 1.0 points"),
        (1e-5, "< 0.1 points"),
        (math.inf, "everything"),
    ],
)
def test_what_is_lost_is_told_in_points(fraction: float, text: str) -> None:
    assert lost_in_words(fraction) == text


def test_a_recommended_file_that_gains_accuracy_is_not_said_to_lose_any(tmp_path: Path) -> None:
    better = exported(tmp_path, card("int8", size_bytes=5_000_000, lost=-0.022, most_lost=0.01), 1.0)

    told = why_recommended(Exports((exported(tmp_path, card(size_bytes=19_000_000), 2.0), better)))

    assert "gains 2.2 points)" in told
    assert "lost" not in told


def test_a_file_that_is_hardly_larger_but_faster_is_recommended_for_that(tmp_path: Path) -> None:
    large = exported(tmp_path, card(size_bytes=10_200), 1.0)
    small = exported(tmp_path, card("int8", size_bytes=10_000, most_lost=0.01), 2.0)

    told = why_recommended(Exports((large, small)))

    assert told.startswith("float32 is recommended: hardly larger than the smallest that loses at most 1.0 points")


def test_where_every_file_loses_too_much_the_one_that_loses_least_is_recommended(tmp_path: Path) -> None:
    half = exported(tmp_path, card("float16", lost=0.02, most_lost=0.05))
    small = exported(tmp_path, card("int8", size_bytes=100, lost=0.03, most_lost=0.05))

    exports = Exports((half, small), most_lost=0.01)

    assert exports.onnx == half.onnx
    assert "although it loses more than 1.0 points of accuracy" in why_recommended(exports)


@given(st.floats(1e-4, 1e6))
def test_times_are_told_in_few_letters(value: float) -> None:
    number, unit = milliseconds(value).split(" ")

    factor = 1.0 if unit == "ms" else 1e-3
    assert float(number.replace(",", "")) * factor == pytest.approx(value, rel=0.01)
    assert len(number) <= 9


def test_hardly_any_explained_variance_lost_is_told_without_a_nought() -> None:
    houses = card("int8", lost=None, labels=(), largest=0.004, most_lost=0.01)
    parity = houses.providers[0].parity.model_copy(update={"explained_onnx": 0.8999})
    almost = houses.model_copy(update={"providers": (houses.providers[0].model_copy(update={"parity": parity}),)})

    assert "loses < 0.1 points of explained variance" in verdict(almost)
