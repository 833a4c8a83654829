"""Random numbers of one's own on a thread: what is drawn beside a training must not change what the training draws.

torch's generator is one for the whole process, and initializers, by their contract, draw from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


@contextmanager
def own_random_numbers(seed: int) -> Iterator[torch.Generator]:
    """Have everything that is drawn on the CPU by this thread within the block come from a generator of its own.

    The block is given that generator: ``torch.manual_seed`` would still seed the one of the process.
    The numbers are those that ``torch.manual_seed(seed)`` would have led to; torch's own generator, and with it a
    training that runs on another thread, is left alone. Each operation within the block costs a call of Python: draw
    weights in it, and compute outside.
    """
    generator = torch.Generator().manual_seed(seed)
    with drawing_from(generator):
        yield generator


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Have everything that is drawn on the CPU by this thread within the block come from ``generator``."""
    with _Redirected(generator):
        yield


class _Redirected(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Hands its generator to every operation that takes one and was given none; a mode holds for one thread alone."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._generator = generator

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if kwargs.get("device") is None or torch.device(kwargs["device"]).type == "cpu":
            taking = _taking_a_generator(func)
            if taking is not None and kwargs.get("generator") is None and _all_on_cpu(args):
                func, kwargs["generator"] = taking, self._generator
        return func(*args, **kwargs)


def _taking_a_generator(func: Any) -> Any | None:
    """Return ``func``, or its sister that takes a generator (``randn`` has one), or ``None`` where there is neither."""
    if any(argument.name == "generator" for argument in func._schema.arguments):
        return func
    packet, overload = func._overloadpacket, func._overloadname
    sister = "generator" if overload == "default" else f"{overload}_generator"
    return getattr(packet, sister) if sister in packet.overloads() else None


def _all_on_cpu(args: Any) -> bool:
    return all(value.device.type == "cpu" for value in args if isinstance(value, torch.Tensor))
