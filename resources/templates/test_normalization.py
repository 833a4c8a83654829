"""New normalization: values worked out by hand, and the checks that every normalization must pass."""

from pathlib import Path

import pytest
import torch

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(
    folder / "new_normalization.py" for folder in Path(__file__).parents if (folder / "new_normalization.py").is_file()
)
(new_normalization,) = contributions_of(PLUGIN)


def test_its_values_are_those_worked_out_by_hand() -> None:
    # The mean of the squares of 3, -4, 0, 0 is 25 / 4, its root 2.5.
    values = new_normalization.create(4, 0, eps=1e-8)(torch.tensor([[3.0, -4.0, 0.0, 0.0]]))

    assert values.flatten().tolist() == pytest.approx([1.2, -1.6, 0.0, 0.0])


def test_eps_keeps_small_inputs_small() -> None:
    # Inputs of 0.01 have a mean square of 1e-4; with eps = 3e-4 the root is 0.02.
    values = new_normalization.create(2, 0, eps=3e-4)(torch.full((1, 2), 0.01))

    assert values.flatten().tolist() == pytest.approx([0.5, 0.5])


def test_each_channel_of_a_picture_has_a_scale() -> None:
    module = new_normalization.create(2, 2)
    module.load_state_dict({"scale": torch.tensor([1.0, 3.0]).reshape(2, 1, 1)})

    values = module(torch.ones(1, 2, 2, 2))

    assert values[0, 1].div(values[0, 0]).flatten().tolist() == pytest.approx([3.0] * 4)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
