"""Expectations over a unit Gaussian, without chance: sums over a fine grid."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from desktop_app.errors import DownslopeError, PluginError

Numbers = NDArray[np.float64]

# Beyond it lies less than 1e-14 of a unit Gaussian's second moment.
REACH = 8.0


class GaussianGrid:
    """Points between -8 and 8 with the share of a unit Gaussian that each stands for.

    The points are the middles of equal cells, an even number of them, so that 0 is a border: a kink or a step there,
    as ReLU and its relatives have it, costs no accuracy.
    """

    def __init__(self, points: int = 16_000) -> None:
        if points < 2 or points % 2:
            raise ValueError(f"points must be an even number of at least 2, got {points}")
        cell = 2.0 * REACH / points
        self.x: Numbers = np.asarray(-REACH + cell * (np.arange(points) + 0.5), dtype=np.float64)
        edges = -REACH + cell * np.arange(points + 1)
        below = np.array([0.5 * math.erfc(-edge / math.sqrt(2.0)) for edge in edges.tolist()], dtype=np.float64)
        shares = np.diff(below)
        self.share: Numbers = np.asarray(shares / shares.sum(), dtype=np.float64)

    def mean(self, values: Numbers) -> float:
        """Return the expectation of ``values``, one for each point."""
        return float(self.share @ values)


def values_and_slopes(make: Callable[[], nn.Module], x: Numbers, subject: str) -> tuple[Numbers, Numbers]:
    """Return what a fresh activation gives at ``x``, and its slope there by autograd; in float64, in evaluation mode.

    ``subject`` names the activation in errors.
    Raises: ``PluginError`` where it fails, gives another shape, or a number that is not finite.
    """
    try:
        module = make().to(torch.float64)
        module.eval()
        inputs = torch.from_numpy(x).to(torch.float64).reshape(-1, 1).requires_grad_(True)
        with torch.enable_grad():
            outputs: Any = module(inputs)
            if not isinstance(outputs, torch.Tensor) or outputs.shape != inputs.shape:
                raise PluginError(f"{subject} gives another shape than it is given; it must keep the shape.")
            # What does not depend on its input at all, a constant, has slope 0.
            slopes = torch.zeros_like(inputs)
            if outputs.requires_grad:
                (found,) = torch.autograd.grad(outputs.sum(), inputs, allow_unused=True)
                slopes = slopes if found is None else found
    except DownslopeError:
        raise
    except Exception as error:  # a plugin's border: said in a sentence
        raise PluginError(f"{subject} fails on plain numbers: {type(error).__name__}: {error}") from error
    values, found_slopes = outputs.detach().reshape(-1).numpy(), slopes.detach().reshape(-1).numpy()
    wrong = ~(np.isfinite(values) & np.isfinite(found_slopes))
    if wrong.any():
        at = float(x[int(np.argmax(wrong))])
        raise PluginError(f"{subject} gives a value or a slope that is not finite at x = {at:.4g}.")
    return values, found_slopes
