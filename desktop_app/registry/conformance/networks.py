"""What is asked of networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Network
from desktop_app.errors import PluginError
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored, same_numbers
from desktop_app.registry.conformance.onnx_parity import same_answers_from_onnx
from desktop_app.registry.conformance.plain_parts import PlainParts

_SHAPES: dict[str, tuple[tuple[int, ...], ...]] = {"vectors": ((12,),), "pictures": ((3, 32, 32), (3, 8, 8))}
_SHORTEST_SENTENCE = 15


def _built(
    contribution: Network, shape: tuple[int, ...], outputs: int = 3, hyper: Mapping[str, Any] | None = None
) -> nn.Module:
    torch.manual_seed(2)
    module: nn.Module = contribution.create(shape, outputs, PlainParts(), **(hyper or {}))
    return module


def _preferred(contribution: Network) -> tuple[int, ...]:
    return _SHAPES[contribution.prefers][0]


def exercise(contribution: Network, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return the logits of a few samples, in training, and in evaluation after it."""
    shape = _preferred(contribution)
    module = _built(contribution, shape, hyper=hyper)
    inputs = torch.randn(4, *shape)
    return [module.train()(inputs).detach(), module.eval()(inputs).detach()]


def logits(contribution: Network) -> str:
    """Return the inputs that it takes. Raises: ``RuleError`` for a wrong shape, or no sentence for what it refuses."""
    told = []
    for kind, shapes in _SHAPES.items():
        for shape in shapes:
            for outputs in (3, 1):
                try:
                    module = _built(contribution, shape, outputs)
                except PluginError as error:
                    if kind == contribution.prefers or len(str(error.__cause__)) < _SHORTEST_SENTENCE:
                        raise
                    told.append(f"{kind} are refused")
                    break
                found = module(torch.randn(4, *shape))
                if not isinstance(found, Tensor) or found.shape != (4, outputs):
                    seen = list(found.shape) if isinstance(found, Tensor) else type(found).__name__
                    raise RuleError(f"4 inputs {list(shape)} give {seen} instead of [4, {outputs}].")
                told.append(kind)
    return ", ".join(dict.fromkeys(told))


def uses_parts(contribution: Network) -> str:
    """Return the parts it asks for. Raises: ``RuleError`` where the experiment's choices play no part at all."""
    for normalization in ("batch_norm", "none"):
        parts = PlainParts(normalization)  # type: ignore[arg-type]
        module = contribution.create(_preferred(contribution), 3, parts)
        module(torch.randn(4, *_preferred(contribution)))
    if not parts.asked:
        raise RuleError("it asks parts for nothing, so that the experiment's activation and initializer play no part.")
    left = sorted({"activation", "normalization", "initialize"} - parts.asked)
    return ", ".join(sorted(parts.asked)) + (f" (it does not ask for: {', '.join(left)})" if left else "")


def repeats(contribution: Network) -> str:
    """Return a word on the seed. Raises: ``RuleError`` where it does not settle the weights."""
    first, again = (list(_built(contribution, _preferred(contribution)).parameters()) for _ in range(2))
    if not same_numbers(first, again):
        raise RuleError("the same seed gives different weights; draw from torch's own generator alone.")
    return "the same weights from one seed"


def learns(contribution: Network) -> str:
    """Return how many parameters there are. Raises: ``RuleError`` where no gradient reaches one of them."""
    module = _built(contribution, _preferred(contribution))
    module(torch.randn(6, *_preferred(contribution))).square().sum().backward()
    for name, weight in module.named_parameters():
        if weight.grad is None:
            raise RuleError(f"no gradient reaches {name}: forward() does not use it.")
        if not bool(weight.grad.isfinite().all()):
            raise RuleError(f"the gradient of {name} is NaN or infinite.")
    return f"gradients reach all {sum(weight.numel() for weight in module.parameters()):,} parameters"


def one_sample(contribution: Network) -> str:
    """Return a word on evaluation. Raises: ``RuleError`` where one sample alone gets another answer."""
    module = _built(contribution, _preferred(contribution)).eval()
    inputs = torch.randn(4, *_preferred(contribution))
    with torch.no_grad():
        if not torch.allclose(module(inputs)[:1], module(inputs[:1]), atol=1e-5):
            raise RuleError("in evaluation a sample alone gets other logits than among others.")
    return "one sample alone gets the logits that it gets among others"


def onnx(contribution: Network) -> str:
    """Return the largest difference between torch and ONNX Runtime."""
    shape = _preferred(contribution)
    return (
        f"the largest difference is {same_answers_from_onnx(_built(contribution, shape), torch.randn(3, *shape)):.1e}"
    )


RULES = (
    Rule("gives logits", logits),
    Rule("uses the parts", uses_parts),
    Rule("repeats itself", repeats),
    Rule("every parameter learns", learns),
    Rule("one sample in evaluation", one_sample),
    bad_values(exercise),
    none_ignored(exercise),
    Rule("exports to ONNX", onnx),
)
