"""Names for features in the cache: what computed them, and which picture they are of."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from types import CodeType, FunctionType
from typing import Any

import torch
from torch import Tensor, nn

_NAME_BYTES = 16
_PLAIN = (int, float, str, bool, type(None))


def space_keys(preprocessing: nn.Module, blocks: Sequence[nn.Module], sample: Tensor, engine: str) -> dict[int, str]:
    """Return for each cut what decides on the features before it, but the picture: SHA-256, hexadecimal.

    That is every weight and statistic before the cut, what the modules are, the raw samples' shape and type, and the
    ``engine``, with torch's version and the processor. The number of threads is not among them: it does not change a
    bit, because each sample's sums are added up in one thread (tests hold that).
    """
    running = hashlib.sha256()
    running.update(f"{engine} {_machine(sample.device)} {tuple(sample.shape[1:])} {sample.dtype}".encode())
    keys = {}
    for cut, module in enumerate([preprocessing, *blocks]):
        _take_in(running, module)
        keys[cut] = running.hexdigest()
    return keys


def view_name(name: bytes, settings: str, view: int) -> bytes:
    """Return the name of an augmented view of the picture called ``name``."""
    return hashlib.blake2b(name + f"{settings} {view}".encode(), digest_size=_NAME_BYTES).digest()


def content_names(raw: Tensor) -> list[bytes]:
    """Return the name of each sample's content: BLAKE2b over its raw values, which are the pixels the network gets.

    Two files with the same picture have the same name; one that is changed, or resized by another rule, has another.
    """
    rows = raw.cpu().contiguous().numpy()
    return [hashlib.blake2b(row, digest_size=_NAME_BYTES).digest() for row in rows]


def _take_in(running: Any, module: nn.Module) -> None:
    for name, part in module.named_modules():
        running.update(f"\n{name}: {_description(part)}".encode())
    for name, value in [*module.named_parameters(), *module.named_buffers()]:
        running.update(f"\n{name} {tuple(value.shape)} {value.dtype}".encode())
        running.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())


def _description(module: nn.Module) -> str:
    """Return what a module does beside its weights: its class, in which version, and its plain settings."""
    settings = {
        name: value
        for name, value in sorted(vars(module).items())
        if name != "training" and not name.startswith("_") and _is_plain(value)
    }
    return f"{_version(type(module))} {settings}"


def _is_plain(value: Any) -> bool:
    return all(map(_is_plain, value)) if isinstance(value, tuple | list) else isinstance(value, _PLAIN)


def _version(made: type) -> str:
    """Return a class's name with its library's version or, where it is somebody's own file, with its instructions."""
    name = f"{made.__module__}.{made.__qualname__}"
    version = getattr(sys.modules.get(made.__module__.partition(".")[0]), "__version__", None)
    if version is not None and not made.__module__.startswith("desktop_app"):
        return f"{name} {version}"
    functions = (value for value in vars(made).values() if isinstance(value, FunctionType))
    own = hashlib.sha256("\n".join(_instructions(function.__code__) for function in functions).encode()).hexdigest()
    parents = ", ".join(_version(parent) for parent in made.__bases__ if parent not in (object, nn.Module))
    return f"{name} {own} ({parents})"


def _instructions(code: CodeType) -> str:
    constants: Iterable[str] = (
        _instructions(value) if isinstance(value, CodeType) else repr(value) for value in code.co_consts
    )
    return f"{code.co_code.hex()} {code.co_names} {' '.join(constants)}"


def _machine(device: torch.device) -> str:
    """Return what the last bits of a sum depend on: torch's build, and the device that adds it up."""
    what = [torch.__version__, platform.machine(), device.type]
    if device.type == "cuda":
        what.append(torch.cuda.get_device_name(device))
    # The instructions that torch and oneDNN choose by themselves, or are told to keep to.
    what.append(torch.backends.cpu.get_cpu_capability())
    what += [os.environ.get(name, "") for name in ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR")]
    return " ".join(what)
