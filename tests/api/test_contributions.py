"""What a contribution checks before it makes its thing, and what it says when that fails."""

import warnings
from dataclasses import FrozenInstanceError
from typing import Annotated, Any

import pytest
import torch
from torch import nn

from desktop_app.api import Activation, Initializer, Optimizer, OutOfRangeWarning, PluginError, Range


class Bent(nn.Module):
    def __init__(self, bend: Annotated[float, Range(0.0, 1.0)] = 0.5, steps: int = 1) -> None:
        super().__init__()
        if bend < 0:
            raise ValueError(f"bend must be at least 0, got {bend}")
        self.bend = bend


BENT = Activation("bent", Bent)


def test_defaults_are_left_to_the_signature() -> None:
    assert BENT.check({}) == {}
    assert BENT.create().bend == 0.5
    assert BENT.create(bend=1).bend == 1.0


def test_an_unknown_hyper_parameter_is_named_with_the_nearest_one() -> None:
    with pytest.raises(PluginError) as caught:
        BENT.create(bent=0.1)

    assert str(caught.value) == (
        'activation "bent" has no hyper-parameter "bent". It has: bend, steps. Did you mean "bend"?'
    )


def test_a_wrong_value_is_named_with_its_hyper_parameter() -> None:
    with pytest.raises(PluginError) as caught:
        BENT.create(steps=1.5)

    assert str(caught.value) == 'activation "bent": steps must be a whole number, got 1.5.'


def test_a_value_outside_its_range_is_made_with_a_warning() -> None:
    with pytest.warns(OutOfRangeWarning, match=r"bend = 7 lies outside its usual range, 0 to 1\."):
        assert BENT.create(bend=7.0).bend == 7.0


def test_a_value_inside_its_range_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert BENT.check({"bend": 1.0}) == {"bend": 1.0}


def test_what_the_factory_refuses_is_said_with_its_values_and_its_file() -> None:
    with pytest.warns(OutOfRangeWarning), pytest.raises(PluginError) as caught:
        BENT.create(bend=-1)

    assert 'activation "bent" could not be made with bend = -1.0: bend must be at least 0, got -1.0' in str(
        caught.value
    )
    assert __file__ in str(caught.value)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_contribution_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        BENT.name = "other"  # type: ignore[misc]


def test_an_initializer_fills_in_place_outside_autograd() -> None:
    weight = nn.Parameter(torch.zeros(2, 3))

    Initializer("sevens", lambda weight, value=7.0: weight.fill_(value)).apply(weight, value=3)

    assert torch.equal(weight, torch.full((2, 3), 3.0))
    assert weight.grad_fn is None
    assert weight.requires_grad


def test_an_optimizer_takes_its_parameters_first() -> None:
    weight = nn.Parameter(torch.ones(1))

    made: Any = Optimizer("sgd", torch.optim.SGD).create([weight], lr=0.25)

    assert made.param_groups[0]["params"] == [weight]
    assert made.defaults["lr"] == 0.25


def test_a_callable_without_a_file_is_named_by_its_module() -> None:
    written_in_c: Any = print

    assert Activation("c", written_in_c).file == "builtins"
