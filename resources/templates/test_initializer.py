"""New initializer: its spread, and the checks that every initializer must pass."""

from pathlib import Path

import pytest
import torch

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(
    folder / "new_initializer.py" for folder in Path(__file__).parents if (folder / "new_initializer.py").is_file()
)
(new_initializer,) = contributions_of(PLUGIN)


@pytest.mark.parametrize("distribution", ["normal", "uniform", "truncated"])
def test_the_deviation_is_the_gain_over_the_root_of_the_inputs(distribution: str) -> None:
    torch.manual_seed(0)
    weight = torch.empty(400, 100)

    new_initializer.apply(weight, distribution=distribution, gain=2.0)

    # 2 / sqrt(100), within four standard errors of 40,000 draws.
    assert weight.std().item() == pytest.approx(0.2, rel=4 / (2 * 40_000) ** 0.5)
    assert abs(weight.mean().item()) < 4 * 0.2 / 40_000**0.5


def test_a_gain_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"gain must be above 0, got 0.0"):
        new_initializer.maker(torch.empty(3, 2), gain=0.0)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
