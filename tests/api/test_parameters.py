"""Hyper-parameters are read from signatures, and values are checked against them."""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from desktop_app.api import Parameter, Range
from desktop_app.api.parameters import REQUIRED, check_values, parameters_of


class Rule:
    """A rule.

    Args:
        lr: How far a step goes,
            in the weights' own unit.
        mode (str): What is done: this or that.
    """

    def __init__(
        self,
        params: Any,
        lr: Annotated[float, Range(1e-6, 1.0, log=True)],
        mode: Literal["this", "that"] = "this",
        steps: int = 3,
        nesterov: bool = False,
        betas: tuple[float, float] = (0.9, 0.999),
        widths: Sequence[int] = (8,),
        clip: Annotated[float, Range(0.0, 9.0)] | None = None,
        label: str = "",
        anything: Any = None,
    ) -> None: ...


def by_name(factory: Callable[..., Any], given_arguments: int) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in parameters_of(factory, given_arguments)}


def test_types_defaults_ranges_and_explanations_come_from_the_signature() -> None:
    found = by_name(Rule, 1)

    kinds = {name: parameter.kind for name, parameter in found.items()}
    assert kinds == {
        "lr": "number",
        "mode": "choice",
        "steps": "integer",
        "nesterov": "switch",
        "betas": "list",
        "widths": "list",
        "clip": "number",
        "label": "text",
        "anything": "any",
    }
    assert found["lr"].required
    assert found["lr"].range == Range(1e-6, 1.0, log=True)
    assert found["lr"].help == "How far a step goes, in the weights' own unit."
    assert found["mode"].choices == ("this", "that")
    assert found["mode"].help == "What is done: this or that."
    assert found["steps"].default == 3
    assert found["clip"].optional
    assert found["clip"].range == Range(0.0, 9.0)
    assert [name for name, parameter in found.items() if parameter.required] == ["lr"]


def test_a_plain_class_needs_no_annotation() -> None:
    class Plain:
        def __init__(self, params, lr=0.1, steps=2, fast=True, how="so", many=(1, 2)) -> None: ...  # type: ignore[no-untyped-def]

    assert {name: parameter.kind for name, parameter in by_name(Plain, 1).items()} == {
        "lr": "number",
        "steps": "integer",
        "fast": "switch",
        "how": "text",
        "many": "list",
    }


def test_torchs_own_classes_are_understood() -> None:
    adam = by_name(torch.optim.Adam, 1)

    assert adam["lr"].kind == "number"  # annotated ``float | Tensor``
    assert adam["betas"].kind == "list"
    assert adam["foreach"].kind == "switch"
    assert adam["foreach"].optional
    assert by_name(nn.LeakyReLU, 0)["negative_slope"].default == 0.01


def test_a_signature_that_cannot_be_read_has_no_hyper_parameters() -> None:
    assert parameters_of(min, 0) == ()


def test_an_annotation_that_names_what_is_not_there_leaves_the_default_to_tell() -> None:
    def factory(params: Any, lr: "NowhereDefined" = 0.5) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    assert by_name(factory, 1)["lr"].default == 0.5


def test_leading_arguments_and_catch_alls_are_left_out() -> None:
    def factory(input_shape: Any, outputs: Any, *rest: Any, width: int = 3, **more: Any) -> None: ...

    assert list(by_name(factory, 2)) == ["width"]


@pytest.mark.parametrize(
    ("parameter", "value", "kept"),
    [
        (Parameter("lr", "number"), 1, 1.0),
        (Parameter("steps", "integer"), 3.0, 3),
        (Parameter("betas", "list"), [0.9, 0.99], (0.9, 0.99)),
        (Parameter("fast", "switch"), False, False),
        (Parameter("clip", "number", optional=True), None, None),
        (Parameter("clip", "number", default=None), None, None),
        (Parameter("mode", "choice", choices=(1, "two")), 1, 1),
        (Parameter("free", "any"), {"a": [1, 2.0]}, {"a": [1, 2.0]}),
    ],
)
def test_a_fitting_value_is_kept_in_the_parameters_type(parameter: Parameter, value: object, kept: object) -> None:
    checked = parameter.check(value)

    assert checked == kept
    assert type(checked) is type(kept)


@pytest.mark.parametrize(
    ("parameter", "value", "sentence"),
    [
        (Parameter("lr", "number"), "fast", "must be a number, got 'fast'."),
        (Parameter("lr", "number"), True, "must be a number, got True."),
        (Parameter("lr", "number"), None, "must be a number, got None."),
        (Parameter("lr", "number"), math.nan, "must be a finite number, got nan."),
        (Parameter("lr", "number"), -math.inf, "must be a finite number, got -inf."),
        (Parameter("steps", "integer"), 2.5, "must be a whole number, got 2.5."),
        (Parameter("steps", "integer"), math.inf, "must be a finite number, got inf."),
        (Parameter("fast", "switch"), 1, "must be true or false, got 1."),
        (Parameter("label", "text"), 7, "must be a text, got 7."),
        (Parameter("betas", "list"), "0.9", "must be a list, got '0.9'."),
        (Parameter("betas", "list"), 0.9, "must be a list, got 0.9."),
        (Parameter("betas", "list"), [0.9, math.nan], "must hold finite numbers only, got (0.9, nan)."),
        (Parameter("free", "any"), {"a": [[math.inf]]}, "must hold finite numbers only, got {'a': [[inf]]}."),
        (Parameter("mode", "choice", choices=("up", "down")), [7], "must be one of up, down, got [7]."),
        (
            Parameter("mode", "choice", choices=("normal", "uniform")),
            "unifrom",
            "must be one of normal, uniform, got 'unifrom'. Did you mean \"uniform\"?",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_plain_words(
    parameter: Parameter, value: object, sentence: str
) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        parameter.check(value)

    assert str(caught.value) == sentence


def test_a_number_beyond_every_float_is_refused() -> None:
    for kind in ("number", "integer", "any"):
        with pytest.raises(ValueError, match="finite number"):
            Parameter("lr", kind).check(10**400)  # type: ignore[arg-type]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(["number", "integer", "switch", "choice", "text", "list", "any"])


@given(values, kinds)
def test_a_check_either_refuses_or_gives_what_it_accepts_again(value: Any, kind: Any) -> None:
    parameter = Parameter("x", kind, choices=("a", 2) if kind == "choice" else ())
    try:
        checked = parameter.check(value)
    except ValueError:
        return

    assert parameter.check(checked) == checked
    assert checked == (tuple(value) if kind == "list" else value)
    wanted = {"number": float, "integer": int, "switch": bool, "text": str, "list": tuple}
    assert isinstance(checked, wanted.get(kind, object))


def test_check_values_names_what_is_unknown_wrong_and_missing() -> None:
    parameters = parameters_of(Rule, 1)

    assert check_values(parameters, {"lr": 1, "betas": [0, 1]}) == {"lr": 1.0, "betas": (0, 1)}
    with pytest.raises(KeyError) as unknown:
        check_values(parameters, {"lr": 1, "nestrov": True})
    assert unknown.value.args == ("nestrov", ' Did you mean "nesterov"?')
    with pytest.raises(ValueError, match="steps") as wrong:
        check_values(parameters, {"lr": 1, "steps": "x"})
    assert wrong.value.args == ("steps", "must be a number, got 'x'.")
    with pytest.raises(ValueError, match="lr") as missing:
        check_values(parameters, {})
    assert missing.value.args == ("lr", "must be given.")


def test_a_parameter_without_default_is_required_and_none_is_a_default() -> None:
    assert Parameter("x").default is REQUIRED
    assert Parameter("x").required
    assert not Parameter("x", default=None).required


@pytest.mark.parametrize(
    ("low", "high", "log", "reason"),
    [
        (1.0, 1.0, False, "low (1.0) must be below high (1.0)"),
        (2.0, 1.0, False, "low (2.0) must be below high (1.0)"),
        (math.nan, 1.0, False, "low (nan) must be below"),
        (0.0, 1.0, True, "must start above 0, got 0.0"),
    ],
)
def test_a_range_that_holds_nothing_is_refused(low: float, high: float, log: bool, reason: str) -> None:
    with pytest.raises(ValueError, match="Range: ") as caught:
        Range(low, high, log)

    assert reason in str(caught.value)


def test_both_ends_belong_to_a_range() -> None:
    assert 0.5 in Range(0.5, 1.0)
    assert 1.0 in Range(0.5, 1.0)
    assert math.nextafter(1.0, 2.0) not in Range(0.5, 1.0)
