"""The small helpers that plugins put networks and optimizers together with."""

import pytest
import torch
from torch import nn

from desktop_app.api import check_dropout, check_widths, fill_random, fused_kernels, needs_bias


def test_fused_kernels_look_into_groups_and_named_pairs() -> None:
    here, nowhere, whole = torch.zeros(1), torch.zeros(1, device="meta"), torch.zeros(1, dtype=torch.int64)

    assert fused_kernels([here])
    assert fused_kernels([{"params": [("weight", here)]}, ("bias", here)])
    assert not fused_kernels([here, nowhere])
    assert not fused_kernels([{"params": [here]}, {"params": [nowhere]}])
    assert not fused_kernels([here, whole])
    assert not fused_kernels([])
    assert not fused_kernels([here], devices=("cuda",))


def test_a_batch_norm_right_behind_takes_the_bias_away() -> None:
    assert not needs_bias([nn.BatchNorm1d(2), nn.ReLU()])
    assert not needs_bias([nn.BatchNorm2d(2)])
    assert needs_bias([nn.ReLU(), nn.BatchNorm1d(2)])
    assert needs_bias([nn.LayerNorm(2)])
    assert needs_bias([])


@pytest.mark.parametrize("width", [0, -3, 2.0, True, "8"])
def test_a_width_is_a_whole_number_of_at_least_one(width: object) -> None:
    assert check_widths("layers", [1, 8]) == (1, 8)
    with pytest.raises(ValueError, match="layers: each width must be a whole number of at least 1, got"):
        check_widths("layers", [4, width])  # type: ignore[list-item]


@pytest.mark.parametrize("dropout", [-0.1, 1.0, float("nan")])
def test_a_dropout_is_at_least_zero_and_below_one(dropout: float) -> None:
    assert check_dropout(0.0) == 0.0
    with pytest.raises(ValueError, match="dropout must be at least 0 and below 1, got"):
        check_dropout(dropout)


def test_an_unknown_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="distribution must be normal, uniform or truncated, got 'cauchy'"):
        fill_random(torch.zeros(2, 2), 1.0, "cauchy")  # type: ignore[arg-type]
