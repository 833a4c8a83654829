"""What is asked of initializers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Initializer
from desktop_app.errors import PluginError
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored

# Linear; convolutions in one, two and three dimensions; a grouped one.
_SHAPES = ((60, 40), (40, 12, 3), (24, 16, 3, 3), (12, 8, 3, 3, 3), (24, 1, 3, 3))
_SHORTEST_SENTENCE = 15


def filled(contribution: Initializer, shape: Sequence[int], dtype: torch.dtype, hyper: Mapping[str, Any]) -> Tensor:
    """Return a weight that was filled; numbers that were left out are NaN."""
    weight = nn.Parameter(torch.full(tuple(shape), torch.nan, dtype=dtype))
    before = weight.data_ptr()
    contribution.apply(weight, **hyper)
    if weight.dtype != dtype or weight.data_ptr() != before:
        raise RuleError(f"it does not fill the {dtype} weight that it is given in place; write weight.copy_(...).")
    return weight.detach()


def exercise(contribution: Initializer, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return two filled weights."""
    torch.manual_seed(0)
    return [filled(contribution, shape, torch.float32, hyper) for shape in ((12, 8), (6, 4, 3, 3))]


def any_rank(contribution: Initializer) -> str:
    """Return the shapes that it fills. Raises: ``RuleError`` where it fails for a layer, or badly for a vector."""
    for shape in _SHAPES:
        for dtype in (torch.float32, torch.float64, torch.bfloat16):
            if not bool(filled(contribution, shape, dtype, {}).isfinite().all()):
                raise RuleError(f"a weight {list(shape)} of {dtype} holds NaN or infinity afterwards.")
    try:
        vector = filled(contribution, (16,), torch.float32, {})
    except PluginError as error:
        if len(str(error.__cause__)) < _SHORTEST_SENTENCE:
            raise RuleError(
                f"a weight of one dimension is refused without a sentence ({error.__cause__!r})."
            ) from error
        return "weights of 2 to 5 dimensions; one dimension is refused with a sentence"
    if not bool(vector.isfinite().all()):
        raise RuleError("a weight of one dimension holds NaN or infinity afterwards; refuse it with a sentence.")
    return "weights of 1 to 5 dimensions"


def moments(contribution: Initializer) -> str:
    """Return the spread beside the usual measure, 1/sqrt(fan_in). Raises: ``RuleError`` where all weights are one."""
    told = []
    for shape in ((200, 100), (64, 32, 3, 3)):
        weight = filled(contribution, shape, torch.float64, {})
        spread, fan_in = weight.std().item(), math.prod(shape[1:])
        if not spread > 0.0:
            raise RuleError(
                f"every number of a weight {list(shape)} is {weight.flatten()[0].item():g}: units that start alike "
                f"stay alike."
            )
        told.append(f"{list(shape)}: mean {weight.mean().item():+.1e}, deviation {spread * fan_in**0.5:.3f}/sqrt(in)")
    return "; ".join(told)


def follows_the_seed(contribution: Initializer) -> str:
    """Return a word on three draws. Raises: ``RuleError`` where the seed does not settle them."""
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(filled(contribution, (30, 20), torch.float32, {}))
    first, again, other = drawn
    if not torch.equal(first, again):
        raise RuleError("the same seed gives different weights; draw from torch's generator, not from random or NumPy.")
    if torch.equal(first, other):
        return "it draws nothing: the same weights from every seed"
    return "the same weights from one seed, others from another"


RULES = (
    Rule("any rank", any_rank),
    Rule("moments", moments),
    Rule("follows the seed", follows_the_seed),
    bad_values(exercise),
    none_ignored(exercise),
)
