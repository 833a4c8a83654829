"""Proposals from features: by hand, on draws of any kind, and on real photographs where they are installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import photographs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from desktop_app.engine.data.picture_features import picture_features
from desktop_app.engine.labelling.proposals import NEEDED, Proposal, Proposer, by_confidence
from desktop_app.registry import Registry


def rays(*angles: float) -> np.ndarray:  # type: ignore[type-arg]
    radians = np.deg2rad(np.array(angles))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_class_and_confidence_are_as_worked_out_by_hand() -> None:
    # Opposite pairs hold the mean at zero, so that the cosine is of the angles themselves.
    proposer = Proposer(rays(*[0] * 5, *[180] * 5, 90, 270, 60, 240))
    proposals = proposer.propose({**dict.fromkeys(range(5), "right"), **dict.fromkeys(range(5, 10), "left")})
    assert sorted(proposals) == [10, 11, 12, 13]
    assert proposals[12].name == "right"
    assert proposals[13].name == "left"
    # exp(0.5 / 0.05) against exp(-0.5 / 0.05)
    assert proposals[12].confidence == pytest.approx(1 / (1 + np.exp(-20)), abs=1e-6)
    assert proposals[10].confidence == pytest.approx(0.5, abs=1e-5)


def test_only_the_three_most_alike_of_each_class_count() -> None:
    # The mean is kept at zero by mirror images; "near" has three at 80 degrees and many opposite.
    near, far = [80, 80, 80, 260, 260, 260], [100, 280, 100, 280, 100, 280]
    proposer = Proposer(rays(*near, *far, 85, 265))
    proposals = proposer.propose({**dict.fromkeys(range(6), "near"), **dict.fromkeys(range(6, 12), "far")})
    expected = 1 / (1 + np.exp((np.cos(np.deg2rad(15)) - np.cos(np.deg2rad(5))) / 0.05))
    assert proposals[12] == Proposal("near", pytest.approx(expected, abs=1e-4))


def test_nothing_is_proposed_before_each_class_has_enough_labels() -> None:
    proposer = Proposer(rays(*range(0, 40, 2)))
    labels = {place: "ab"[place % 2] for place in range(2 * NEEDED - 1)}
    assert proposer.propose(labels) == {}
    assert proposer.propose(dict.fromkeys(range(NEEDED), "a")) == {}
    labels[2 * NEEDED - 1] = "b"
    assert set(proposer.propose(labels)) == set(range(2 * NEEDED, 20))


def test_a_picture_that_cannot_be_read_is_listed_apart_and_teaches_nothing() -> None:
    features = rays(*range(0, 60, 3))
    features[[3, 15]] = np.nan
    proposer = Proposer(features)
    assert proposer.unreadable.tolist() == [3, 15]
    labels = {place: "ab"[place % 2] for place in range(10)}
    assert proposer.propose(labels) == {}, "the fifth label of b is on a picture that cannot be read"
    assert set(proposer.propose({**labels, 11: "b"})) == {10, 12, 13, 14, 16, 17, 18, 19}
    assert Proposer(np.full((3, 2), np.nan, np.float32)).propose({}) == {}


@given(st.lists(st.tuples(st.integers(0, 29), st.sampled_from(["a", "b", "c", None])), max_size=25))
def test_following_each_change_gives_what_beginning_anew_gives(changes: list[tuple[int, str | None]]) -> None:
    features = np.random.default_rng(1).normal(size=(30, 6)).astype(np.float32)
    following = Proposer(features)
    labels = {place: "ab"[place % 2] for place in range(12)}
    for place, name in changes:
        labels = {**labels, place: name} if name else {key: value for key, value in labels.items() if key != place}
        followed, anew = following.propose(labels), Proposer(features).propose(labels)
        assert followed.keys() == anew.keys()
        for at, proposal in anew.items():
            assert followed[at].confidence == pytest.approx(proposal.confidence, abs=1e-4)


def test_the_surest_come_first_for_accepting_and_last_for_teaching() -> None:
    proposals = {4: Proposal("a", 0.7), 1: Proposal("b", 0.9), 2: Proposal("a", 0.7)}
    assert by_confidence(proposals, surest_first=True) == [1, 2, 4]
    assert by_confidence(proposals, surest_first=False) == [2, 4, 1]


@pytest.mark.skipif(not photographs.STAMPS.is_dir(), reason="Debian's tuxpaint-stamps-default is not installed")
def test_on_photographs_four_in_five_proposals_are_right_and_nearly_all_of_the_sure_ones(
    tmp_path: Path, registry: Registry
) -> None:
    photographs.build(tmp_path)
    files = sorted(tmp_path.rglob("*.png"))[::2]
    names = np.array([file.parent.name for file in files])
    proposer_features = picture_features(files, registry)
    right, confidence = [], []
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(len(files))
        chosen = [place for name in photographs.CLASSES for place in order[names[order] == name][:NEEDED]]
        proposals = Proposer(proposer_features).propose({int(place): str(names[place]) for place in chosen})
        assert len(proposals) == len(files) - len(chosen)
        right += [proposal.name == names[place] for place, proposal in proposals.items()]
        confidence += [proposal.confidence for proposal in proposals.values()]
    sure = np.array(confidence) >= 0.9
    assert np.mean(right) > 0.8
    assert np.mean(np.array(right)[sure]) > 0.98
    assert np.mean(sure) > 0.3
    assert roc_auc_score(right, confidence) > 0.85
