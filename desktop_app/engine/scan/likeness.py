"""Finds pictures that show the same: files with the same bytes, and pictures that were resized or saved anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from desktop_app.engine.scan.each_picture import BLANK_SPREAD
from desktop_app.engine.scan.finding import Report
from desktop_app.engine.scan.look import Look

MOST_BITS = 12
"""Bits of 64 in which the perceptual hashes of two pictures that show the same may differ."""
LEAST_CORRELATION = 0.85
"""What the likenesses of two pictures that show the same correlate with at least."""
_SIDE_OF_ONE, _SIDE_OF_BOTH = 64, 32
_ROWS = 128
_PAIRS = 20_000


def alike(looks: Sequence[Look], report: Report) -> list[list[int]]:
    """Return the groups of two and more readable pictures that show the same, by place, each in ascending order.

    Two pictures show the same where their files are the same, or where their perceptual hashes (Zauner 2010, as in
    ImageHash's ``phash``) differ in at most 12 of 64 bits and their 16 × 16 colour likenesses correlate with at least
    0.85. Measured on 224 photographs: all copies of half the size, of JPEG quality 40 and of 1.15 times the brightness
    are found, all that had 2 % cut off each side and 4 of 5 that had 4 % cut off, and not one of the 24,976 pairs of
    different ones; the hash alone took two pairs of these for the same. Copies with 6 % cut off each side are mostly
    missed, and so are turned and mirrored ones. Pictures of one colour and those below 64 pixels are only compared by
    their bytes: as small as that, different shirts look the same to any such measure. One of a pair may be as small as
    32 pixels.

    All pairs are compared, in blocks of NumPy: 20,000 pictures in about a second. An index in parts of the hash
    would have to allow for 12 wrong bits and would hand out nearly all pairs.
    """
    roots = np.arange(len(looks))
    first: dict[bytes, int] = {}
    for place, look in enumerate(looks):
        if look.problem is None:
            roots[place] = first.setdefault(look.content, place)
    compared = np.array([place for place in sorted(first.values()) if _can_be_compared(looks[place])], dtype=np.int64)
    if len(compared) > 1:
        group = _near(compared, looks, report)
        renamed = dict(zip(compared.tolist(), compared[group].tolist(), strict=True))
        roots = np.array([renamed.get(root, root) for root in roots.tolist()])
    groups: dict[int, list[int]] = {}
    for place, root in enumerate(roots.tolist()):
        groups.setdefault(root, []).append(place)
    return [members for members in groups.values() if len(members) > 1]


def _can_be_compared(look: Look) -> bool:
    return look.shorter_side >= _SIDE_OF_BOTH and look.spread >= BLANK_SPREAD


def _near(places: NDArray[np.int64], looks: Sequence[Look], report: Report) -> NDArray[np.int64]:
    """Return for each of ``places`` the number of the first one (within them) that it is the same as."""
    bits = np.array([looks[place].perceptual for place in places], dtype=np.uint64)
    large = np.array([looks[place].shorter_side >= _SIDE_OF_ONE for place in places])
    likenesses = _centred(np.stack([looks[place].likeness for place in places if looks[place].likeness is not None]))
    group = np.arange(len(places))
    for start in range(0, len(places), _ROWS):
        report("Comparing pictures", start, len(places))
        rows = bits[start : start + _ROWS, None]
        close = np.bitwise_count(rows ^ bits[None, start:]) <= MOST_BITS
        one, other = np.nonzero(close)
        one, other = one + start, other + start
        wanted = (one < other) & (large[one] | large[other]) & (group[one] != group[other])
        one, other = one[wanted], other[wanted]
        for part in range(0, len(one), _PAIRS):
            left, right = one[part : part + _PAIRS], other[part : part + _PAIRS]
            same = np.einsum("nd,nd->n", likenesses[left], likenesses[right]) >= LEAST_CORRELATION
            group = _joined(group, left[same], right[same])
    report("Comparing pictures", len(places), len(places))
    return group


def _centred(likenesses: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return vectors whose scalar products are correlations."""
    flat = likenesses.reshape(len(likenesses), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), np.float32(1e-6))
    return flat


def _joined(group: NDArray[np.int64], left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``group`` with the groups of each pair made one, named after their first member."""
    if not len(left):
        return group
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(left), dtype=np.int8)
    edges = coo_array((ones, (group[left], group[right])), shape=(len(group), len(group)))
    _, component = connected_components(edges, directed=False)
    component = component[group]
    firsts = np.full(component.max() + 1, len(group), dtype=np.int64)
    np.minimum.at(firsts, component, np.arange(len(group)))
    joined: NDArray[np.int64] = firsts[component]
    return joined
