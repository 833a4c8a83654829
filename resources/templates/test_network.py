"""New network: shapes and sizes, and the checks that every network must pass."""

from pathlib import Path

import pytest
import torch
from torch import nn

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(folder / "new_network.py" for folder in Path(__file__).parents if (folder / "new_network.py").is_file())
(new_network,) = contributions_of(PLUGIN)


class Parts:
    """What the experiment picked: here ReLU, and neither normalization nor new weights."""

    def activated(self, features: int, dimensions: int) -> list[nn.Module]:
        return [nn.ReLU()]

    def initialize(self, module: nn.Module) -> nn.Module:
        return module


@pytest.mark.parametrize("shape", [(6,), (3, 4, 4)])
def test_any_input_gives_one_logit_a_class(shape: tuple[int, ...]) -> None:
    network = new_network.create(shape, 5, Parts())

    assert network(torch.ones(2, *shape)).shape == (2, 5)


def test_its_size_is_the_one_worked_out_by_hand() -> None:
    network = new_network.create((6,), 5, Parts(), width=8, depth=2)

    # 6 to 8, twice 8 to 8, 8 to 5; each with its biases.
    assert sum(weight.numel() for weight in network.parameters()) == 7 * 8 + 2 * 9 * 8 + 9 * 5


def test_a_depth_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"depth must be at least 1, got 0"):
        new_network.maker((6,), 5, Parts(), depth=0)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
