"""Lack of memory: told from other errors, and how many samples at a time fit found by trying."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable

import torch

from desktop_app.engine.remedy import CurableError, Remedy
from desktop_app.errors import TrainingError

# torch has a class of its own for accelerators, which not all of their libraries raise. The others are what MPS, CUDA,
# cuBLAS and cuDNN say, and the CPU allocator, oneDNN and NumPy.
_SIGNS = (
    *("out of memory", "Invalid buffer size", "ALLOC_FAILED"),
    *("not enough memory", "DefaultCPUAllocator", "can't allocate memory", "Unable to allocate", "bad_alloc"),
)


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether ``error`` says that memory was not to be had, on the processor or an accelerator."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def parts_of(samples: int, at_once: int) -> list[int]:
    """Return the sizes of the parts that a batch goes through the network in, as even as can be.

    No part is larger than ``at_once``, but that none of a single sample comes about where ``at_once`` is more than one:
    a batch norm cannot do with one. 0 means the whole batch at once.
    """
    if not 0 < at_once < samples:
        return [samples]
    count = -(-samples // at_once)
    if at_once > 1:
        count = min(count, samples // 2)
    small, larger = divmod(samples, count)
    return [small + 1] * larger + [small] * (count - larger)


def free_memory() -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    with contextlib.suppress(RuntimeError, NotImplementedError, AttributeError):
        torch.accelerator.memory.empty_cache()


def largest_that_fits(attempt: Callable[[int], None], at_once: int, smallest: int) -> int | None:
    """Return the largest of the halves of ``at_once``, their halves and so on that ``attempt`` has memory for.

    Args:
        attempt: Takes whole steps with so many samples at a time.
        smallest: What makes no sense to go below.

    Returns: a number of samples, or ``None`` where not even ``smallest`` fit.
    """
    size = at_once
    while size > smallest:
        size = max(size // 2, smallest)
        free_memory()
        try:
            attempt(size)
        except Exception as error:
            if not is_lack_of_memory(error):
                raise
        else:
            return size
    return None


def lack_of_memory(at_once: int, fitting: int | None, *, has_batch_norm: bool) -> TrainingError:
    """Return the error for a training that ``at_once`` samples were too many for."""
    begin = f"There is not enough memory for {at_once} samples at a time"
    if fitting is None:
        return TrainingError(
            f"{begin}, and fewer do not fit either (tried); close other programs, or take a smaller network or smaller "
            "pictures."
        )
    norm = f" (batch norm sees {fitting} at a time)" if has_batch_norm else ""
    return CurableError(
        f"{begin}; {fitting} at a time fit (tried). Going on with {fitting} gives the same result in more time{norm}.",
        Remedy(micro_batch=fitting),
    )
