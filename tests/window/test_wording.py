from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window import wording


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (42, "0:42"), (59.6, "1:00"), (725, "12:05"), (3750, "1:02:30"), (None, "–")]
)
def test_durations_are_minutes_and_seconds(seconds: float | None, text: str) -> None:
    assert wording.duration(seconds) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(0, "0 B"), (999, "999 B"), (1200, "1 kB"), (1_234_567, "1.2 MB"), (4.2e9, "4.2 GB")]
)
def test_sizes_have_a_unit(size_bytes: float, text: str) -> None:
    assert wording.size(size_bytes) == text


@pytest.mark.parametrize(
    ("apart_bytes", "texts"),
    [
        (5e8, ["1.0 GB", "1.5 GB"]),
        (1e8, ["1.0 GB", "1.1 GB"]),
        (2e7, ["1.00 GB", "1.02 GB"]),
        (1e6, ["1.000 GB", "1.001 GB"]),
    ],
)
def test_sizes_that_are_close_are_told_apart(apart_bytes: float, texts: list[str]) -> None:
    assert [wording.size(1e9 + place * apart_bytes, apart_bytes) for place in range(2)] == texts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999_999, "999,999"),
        (3_701_770, "3.70 M"),
        (25_600_000, "25.6 M"),
        (138_357_544, "138 M"),
        (10**9, "1.00 B"),
    ],
)
def test_large_numbers_are_told_in_few_letters(number: int, text: str) -> None:
    assert wording.about(number) == text


@pytest.mark.parametrize(("value", "text"), [(0.001, "1e-3"), (0.9, "0.9"), (True, "on"), ((128, 64), "128, 64")])
def test_hyper_parameters_are_written_as_people_write_them(value: object, text: str) -> None:
    assert wording.short(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_is_shown_reads_back_as_nearly_the_same(value: float) -> None:
    assert math.isclose(float(wording.short(value)), value, rel_tol=1e-5)


def test_counts_say_one_and_many() -> None:
    assert wording.count(1, "picture") == "1 picture"
    assert wording.count(1240, "picture") == "1,240 pictures"


def test_a_share_that_is_not_known_is_a_dash() -> None:
    assert wording.share(None) == wording.share(math.nan) == "–"
    assert wording.share(0.9417) == "94.2 %"


def test_a_plugin_choice_is_one_line() -> None:
    assert wording.chosen_plugin({"name": "adam", "lr": 0.01}) == "adam, lr 0.01"
    assert wording.chosen_plugin("sgd") == "sgd"
