from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.scan.likeness import LEAST_CORRELATION, MOST_BITS, alike
from desktop_app.engine.scan.look import Look, look_at


def silent(_phase: str, _done: int, _total: int) -> None:
    """Report to nobody."""


def made_up(content: int, perceptual: int, likeness: np.ndarray, side: int = 100) -> Look:
    return Look(None, side, side, content.to_bytes(4, "big"), perceptual, likeness, 50.0)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), number=st.integers(0, 12))
def test_groups_are_those_of_comparing_each_with_each(seed: int, number: int) -> None:
    """The blocks of NumPy give what two loops over all pairs give."""
    generator = np.random.default_rng(seed)
    likenesses = generator.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    looks = [
        made_up(
            int(generator.integers(0, 8)), int(generator.integers(0, 2**16)), likenesses[generator.integers(0, 3)],
            int(generator.choice([20, 40, 100])),
        )
        for _ in range(number)
    ]  # fmt: skip
    first = {look.content: place for place, look in reversed(list(enumerate(looks)))}
    parents = list(range(number))
    for one in range(number):
        for other in range(one):
            same = looks[one].content == looks[other].content
            if first[looks[one].content] == one and first[looks[other].content] == other:
                same |= _near(looks[one], looks[other])
            if same:
                parents = [parents[other] if parent == parents[one] else parent for parent in parents]
    expected = {tuple(p for p in range(number) if parents[p] == root) for root in parents}

    assert {tuple(group) for group in alike(looks, silent)} == {group for group in expected if len(group) > 1}


def test_thousands_of_different_pictures_have_no_likeness_and_planted_ones_are_found() -> None:
    generator = np.random.default_rng(0)
    hashes = generator.integers(0, 2**63, 5000)
    likenesses = generator.integers(0, 256, (5000, 16, 16, 3), dtype=np.uint8)
    looks = [made_up(place, int(hashes[place]), likenesses[place]) for place in range(5000)]
    looks[4999] = made_up(4999, int(hashes[7]) ^ 0b1011, likenesses[7])
    told: list[tuple[int, int]] = []

    assert alike(looks, lambda _phase, done, total: told.append((done, total))) == [[7, 4999]]
    assert told[0] == (0, 5000)
    assert told[-1] == (5000, 5000)


def test_pictures_that_cannot_be_read_and_those_of_one_colour_are_like_no_others() -> None:
    white, nearly = np.full((90, 90, 3), 255, np.uint8), np.full((90, 90, 3), 254, np.uint8)
    looks = [look_at(white), look_at(nearly), Look(problem="is empty"), Look(problem="is empty")]

    assert alike(looks, silent) == []
    assert alike([look_at(white), look_at(white)], silent) == [[0, 1]]


def _near(one: Look, other: Look) -> bool:
    sides = (one.shorter_side, other.shorter_side)
    if min(sides) < 32 or max(sides) < 64 or (one.perceptual ^ other.perceptual).bit_count() > MOST_BITS:
        return False
    assert one.likeness is not None
    assert other.likeness is not None
    return bool(np.corrcoef(one.likeness.ravel(), other.likeness.ravel())[0, 1] >= LEAST_CORRELATION - 1e-6)
