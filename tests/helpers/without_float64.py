"""Tensors as they are on a device that has no float64, as MPS has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


class WithoutFloat64(torch.Tensor):
    """Refuses to become float64 as long as it has not been moved to the host."""

    @classmethod
    def __torch_function__(cls, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Do as any other tensor, but where float64 would come about."""
        made = super().__torch_function__(func, types, args, kwargs or {})
        if not isinstance(made, torch.Tensor):
            return made
        if func is torch.Tensor.cpu:
            return made.as_subclass(torch.Tensor)
        if made.dtype is torch.float64:
            raise TypeError("Cannot convert a tensor to float64, which this device does not have.")
        return made
