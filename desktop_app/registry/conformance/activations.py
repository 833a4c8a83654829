"""What is asked of activations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Activation
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored
from desktop_app.registry.conformance.onnx_parity import same_answers_from_onnx

_SHAPES = ((7,), (4, 3), (2, 3, 4, 4), (0, 3))
_LARGEST_INPUT = 1e4
# Off the round numbers, where functions that are put together have their kinks.
_OFF_THE_KINKS = 0.0137


def exercise(contribution: Activation, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return the function's values from -9 to 9, in training and in evaluation."""
    torch.manual_seed(0)
    module: nn.Module = contribution.create(**hyper)
    module.double()
    inputs = torch.linspace(-9.0, 9.0, 36, dtype=torch.float64) + _OFF_THE_KINKS
    return [module.train()(inputs).detach(), module.eval()(inputs).detach()]


def keeps_shape(contribution: Activation) -> str:
    """Return the shapes that were tried. Raises: ``RuleError`` for another shape or type, or changed inputs."""
    for shape in _SHAPES:
        for dtype in (torch.float32, torch.float64, torch.bfloat16):
            inputs = torch.linspace(-3.0, 3.0, torch.Size(shape).numel()).reshape(shape).to(dtype)
            before = inputs.clone()
            outputs = contribution.create().to(dtype)(inputs)
            if outputs.shape != inputs.shape or outputs.dtype != dtype:
                raise RuleError(
                    f"{list(shape)} of {dtype} becomes {list(outputs.shape)} of {outputs.dtype}; both must stay."
                )
            if not torch.equal(inputs, before):
                raise RuleError("it changes its input in place, which others may still need; make a new tensor.")
    return f"{len(_SHAPES)} shapes in float32, float64 and bfloat16"


def gradient(contribution: Activation) -> str:
    """Return how many points were compared. Raises: ``RuleError`` where the gradient is not the function's slope."""
    inputs = (torch.linspace(-6.0, 6.0, 41, dtype=torch.float64) + _OFF_THE_KINKS).requires_grad_()
    module = contribution.create().double().eval()
    outputs = module(inputs)
    if not outputs.requires_grad:
        raise RuleError("no gradient flows back through it.")
    (found,) = torch.autograd.grad(outputs.sum(), inputs)
    step = 1e-6
    with torch.no_grad():
        slope = (module(inputs + step) - module(inputs - step)) / (2.0 * step)
    differences = (found - slope).abs() / slope.abs().clamp(min=1.0)
    worst = int(differences.argmax())
    if not bool((differences <= 1e-5).all()):
        raise RuleError(
            f"at x = {inputs[worst].item():.3g} its backward pass gives {found[worst].item():.4g}, and the slope of "
            f"the function is {slope[worst].item():.4g}."
        )
    if not torch.autograd.gradcheck(module, inputs[::5].detach().requires_grad_(), raise_exception=False):
        raise RuleError("torch.autograd.gradcheck finds that its backward pass is not its derivative.")
    return f"{len(inputs)} points from -6 to 6 in float64, the largest difference {differences.max().item():.1e}"


def finite(contribution: Activation) -> str:
    """Return the largest input tried. Raises: ``RuleError`` for a value or a gradient that is NaN or infinite."""
    magnitudes = torch.logspace(-4.0, 4.0, 33)
    for dtype in (torch.bfloat16, torch.float32):
        inputs = torch.cat([-magnitudes, torch.zeros(1), magnitudes]).to(dtype).requires_grad_()
        outputs = contribution.create().to(dtype)(inputs)
        _all_finite(outputs, inputs, f"its value in {dtype}")
        outputs.sum().backward()
        assert inputs.grad is not None
        _all_finite(inputs.grad, inputs, f"its gradient in {dtype}")
    return f"bfloat16 and float32, values and gradients, up to |x| = {_LARGEST_INPUT:g}"


def _all_finite(values: Tensor, inputs: Tensor, what: str) -> None:
    bad = (~values.isfinite()).nonzero().flatten()
    if len(bad):
        place = min(bad.tolist(), key=lambda place: abs(inputs[place].item()))
        raise RuleError(f"{what} is {values[place].item()} at x = {inputs[place].item():.3g}.")


def fresh_modules(contribution: Activation) -> str:
    """Return a word on two modules. Raises: ``RuleError`` where both are one, or share a parameter."""
    first, second = contribution.create(), contribution.create()
    if not isinstance(first, nn.Module):
        raise RuleError(f"its factory returns {type(first).__name__}, not a torch.nn.Module.")
    shared = {id(weight) for weight in first.parameters()} & {id(weight) for weight in second.parameters()}
    if first is second or shared:
        raise RuleError("two layers would share one module; make a new one at each call.")
    return "a new module at each call"


def onnx(contribution: Activation) -> str:
    """Return the largest difference between torch and ONNX Runtime."""
    inputs = (torch.linspace(-8.0, 8.0, 24) + _OFF_THE_KINKS).reshape(4, 6)
    return f"the largest difference is {same_answers_from_onnx(contribution.create(), inputs):.1e}"


RULES = (
    Rule("makes new modules", fresh_modules),
    Rule("keeps shape and type", keeps_shape),
    Rule("gradient", gradient),
    Rule("stays finite", finite),
    bad_values(exercise),
    none_ignored(exercise),
    Rule("exports to ONNX", onnx),
)
