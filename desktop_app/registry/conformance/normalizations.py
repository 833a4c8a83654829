"""What is asked of normalizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Normalization
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored, same_numbers
from desktop_app.registry.conformance.onnx_parity import same_answers_from_onnx
from desktop_app.registry.conformance.optimizer_state import saved_and_read

_FEATURES = 12
_SHAPES = {0: (6, _FEATURES), 2: (6, _FEATURES, 5, 4)}


def _inputs(dimensions: int) -> Tensor:
    return 2.0 * torch.randn(_SHAPES[dimensions]) + 0.7


def exercise(contribution: Normalization, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return the outputs in training and, after a few batches, in evaluation, for vectors and pictures."""
    torch.manual_seed(0)
    found = []
    for dimensions in _SHAPES:
        module: nn.Module = contribution.create(_FEATURES, dimensions, **hyper)
        found += [module(_inputs(dimensions)).detach() for _ in range(3)]
        found.append(module.eval()(_inputs(dimensions)).detach())
    return found


def keeps_shape(contribution: Normalization) -> str:
    """Return a word on shapes. Raises: ``RuleError`` for another shape, NaN, or a gradient that does not flow."""
    for dimensions, shape in _SHAPES.items():
        module = contribution.create(_FEATURES, dimensions)
        for inputs in (_inputs(dimensions).requires_grad_(), torch.ones(shape, requires_grad=True)):
            outputs = module(inputs)
            if outputs.shape != inputs.shape:
                raise RuleError(f"{list(shape)} becomes {list(outputs.shape)}; the shape must stay.")
            outputs.square().sum().backward()
            gradients = [inputs.grad, *(weight.grad for weight in module.parameters())]
            if any(gradient is None for gradient in gradients):
                raise RuleError(f"no gradient flows back for inputs {list(shape)}.")
            if not all(bool(tensor.isfinite().all()) for tensor in (outputs, *gradients) if tensor is not None):
                raise RuleError(f"inputs {list(shape)} give NaN or infinity (all ones: there is no variance).")
    return "vectors and pictures; finite where there is no variance, too"


def evaluation(contribution: Normalization) -> str:
    """Return a word on evaluation. Raises: ``RuleError`` where a sample's answer depends on the others."""
    for dimensions in _SHAPES:
        module = contribution.create(_FEATURES, dimensions)
        module(_inputs(dimensions))
        module.eval()
        inputs = _inputs(dimensions)
        state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
        with torch.no_grad():
            together, alone = module(inputs), module(inputs[:1])
        if not torch.allclose(together[:1], alone, atol=1e-5):
            raise RuleError(
                "in evaluation a sample alone gets another answer than among others; use running statistics."
            )
        if any(not torch.equal(state[name], tensor) for name, tensor in module.state_dict().items()):
            raise RuleError("evaluation changes its statistics; only training may.")
    return "one sample alone gets the answer that it gets among others"


def state(contribution: Normalization) -> str:
    """Return a word on the state dict. Raises: ``RuleError`` where it does not bring back the same answers."""
    for dimensions in _SHAPES:
        module = contribution.create(_FEATURES, dimensions)
        for _ in range(3):
            module(_inputs(dimensions))
        other = contribution.create(_FEATURES, dimensions)
        other.load_state_dict(saved_and_read(module.state_dict()))
        inputs = _inputs(dimensions)
        with torch.no_grad():
            if not same_numbers([module.eval()(inputs)], [other.eval()(inputs)]):
                raise RuleError("its state_dict does not bring back its statistics; keep them with register_buffer.")
    return "its state_dict brings back the same answers, bit for bit"


def onnx(contribution: Normalization) -> str:
    """Return the largest difference between torch and ONNX Runtime."""
    largest = 0.0
    for dimensions in _SHAPES:
        module = contribution.create(_FEATURES, dimensions)
        module(_inputs(dimensions))
        largest = max(largest, same_answers_from_onnx(module, _inputs(dimensions)))
    return f"the largest difference is {largest:.1e}"


RULES = (
    Rule("keeps shape", keeps_shape),
    Rule("one sample in evaluation", evaluation),
    Rule("state_dict goes there and back", state),
    bad_values(exercise),
    none_ignored(exercise),
    Rule("exports to ONNX", onnx),
)
