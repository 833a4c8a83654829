"""New activation: values worked out by hand, and the checks that every activation must pass."""

from pathlib import Path

import pytest
import torch

from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(
    folder / "new_activation.py" for folder in Path(__file__).parents if (folder / "new_activation.py").is_file()
)
(new_activation,) = contributions_of(PLUGIN)


def test_its_values_are_those_worked_out_by_hand() -> None:
    # (x + sqrt(x^2 + 4)) / 2 at -1.5, 0 and 1.5, where the root is 2.5, 2 and 2.5.
    values = new_activation.create()(torch.tensor([-1.5, 0.0, 1.5]))

    assert values.tolist() == pytest.approx([0.5, 1.0, 2.0])


def test_the_bend_is_its_width() -> None:
    # sqrt(9) / 2 at 0; without a bend it is ReLU.
    assert new_activation.create(bend=9.0)(torch.zeros(1)).item() == pytest.approx(1.5)
    assert new_activation.create(bend=0.0)(torch.tensor([-3.0, 3.0])).tolist() == [0.0, 3.0]


def test_a_bend_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"bend must be at least 0, got -1.0"):
        new_activation.maker(bend=-1.0)


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
