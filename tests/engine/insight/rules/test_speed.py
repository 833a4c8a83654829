"""A training that waits, or leaves the faster device alone, is told so."""

import pytest
from evidence_by_hand import evidence_by_hand

from desktop_app.engine.insight.rules.speed import accelerator_unused, input_bound


@pytest.mark.parametrize(
    ("shares", "is_found"),
    [([0.6] * 5, True), ([0.5] * 5, False), ([0.9] * 4, False), ([0.9, 0.9, 0.1, 0.1, 0.1], False)],
    ids=["most of it", "half", "too early", "at first only"],
)
def test_a_training_that_waits_for_its_batches_is_told(shares, is_found):
    found = list(input_bound(evidence_by_hand({"input_share": shares}, {"data.augment": "strong"})))

    assert bool(found) is is_found
    if found:
        assert "60 % of the time" in found[0].message
        assert "Light augmentation" in found[0].advice
        # What does not surely mend it has no button.
        assert not found[0].changes


def test_an_accelerator_that_was_left_alone_is_told():
    (found,) = accelerator_unused(evidence_by_hand({}, device="cpu", accelerators=("cuda:0 (NVIDIA L4)",)))

    assert "although cuda:0 (NVIDIA L4) was there" in found.message
    assert "training.device" in found.advice


@pytest.mark.parametrize(("device", "accelerators"), [("cpu", ()), ("cuda:0 (NVIDIA L4)", ("cuda:0 (NVIDIA L4)",))])
def test_a_device_that_is_used_or_not_there_is_no_ill(device, accelerators):
    assert not list(accelerator_unused(evidence_by_hand({}, device=device, accelerators=accelerators)))
