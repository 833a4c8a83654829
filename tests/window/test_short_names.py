"""Long names are cut so that what differs between them stays visible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window.short_names import short_names

NAMES = st.lists(st.text("ab-", min_size=1, max_size=60), min_size=1, max_size=6)


def test_a_name_that_fits_stays_and_a_long_one_keeps_beginning_and_end() -> None:
    assert short_names(["one-1", "abcdefghijklmnopqrstuvwxyz"], 22) == ["one-1", "abcdefghijk…qrstuvwxyz"]


def test_what_differs_in_the_middle_of_long_names_stays_visible_as_a_whole_word() -> None:
    names = [f"convolutional-lr-{rate}-batch-normalization-1" for rate in ("0.01", "0.011")]
    told = ["convolut…0.01…zation-1", "convolut…0.011…ation-1", "other-1"]
    assert short_names([*names, "other-1"], 22) == told


def test_a_word_that_is_too_long_is_cut_to_the_letters_that_differ() -> None:
    names = [f"{'a' * 20}{letter}{'b' * 20}" for letter in "xy"]
    assert short_names(names, 18) == ["aaaaaaaa…x…bbbbbbb", "aaaaaaaa…y…bbbbbbb"]


@given(NAMES)
def test_no_name_is_longer_than_asked_and_one_that_fits_is_itself(names: list[str]) -> None:
    for name, short in zip(names, short_names(names, 18), strict=True):
        assert len(short) <= 18
        assert short == name or len(name) > 18
