"""The one module that knows devices: everything else passes a ``torch.device`` along.

What is tested on the CPU is therefore the path that runs on an accelerator. ``torch.accelerator`` stands for CUDA, XPU
or MPS, whichever this build of torch has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psutil
import torch

from desktop_app.errors import ExperimentError

CPU = torch.device("cpu")


def choose_device(wanted: str) -> torch.device:
    """Return the device that ``training.device`` asks for; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises: ``ExperimentError`` for a device that this machine does not have.
    """
    present = torch.accelerator.current_accelerator(check_available=True)
    if wanted == "auto":
        return present or CPU
    device = torch.device(wanted)
    if device.type == "cpu":
        return device
    if present is None or present.type != device.type:
        there = f"cpu and {present.type}" if present else "cpu alone"
        raise ExperimentError("training.device", f'there is no "{wanted}" here; this machine has {there}.')
    count = torch.accelerator.device_count()
    if device.index is not None and device.index >= count:
        raise ExperimentError(
            "training.device", f'there is no "{wanted}" here; the last one is {device.type}:{count - 1}.'
        )
    return device


def present_accelerators() -> tuple[str, ...]:
    """Return the devices that this machine has beside its processor, whether a training uses them or not."""
    present = torch.accelerator.current_accelerator(check_available=True)
    if present is None:
        return ()
    return tuple(device_name(torch.device(present.type, place)) for place in range(torch.accelerator.device_count()))


def use_threads(count: int) -> None:
    """Set how many processor threads torch uses; 0 means all. Call it on the thread that trains: each has its own."""
    torch.set_num_threads(count or psutil.cpu_count(logical=False) or 1)


def autocast_type(precision: str, device: torch.device) -> torch.dtype | None:
    """Return the reduced type to compute in, or ``None`` for float32.

    ``auto`` is bfloat16 on CUDA devices that have it, where it is twice as fast as float32, and float32 elsewhere.
    """
    if precision == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else None
    return {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}[precision]


@contextlib.contextmanager
def computing_in(reduced: torch.dtype | None, device: torch.device) -> Iterator[None]:
    """Compute in the reduced type within the block, or as usual for ``None``."""
    if reduced is None:
        yield
        return
    with torch.autocast(device.type, dtype=reduced):
        yield


def gradient_scaler(reduced: torch.dtype | None, device: torch.device) -> torch.amp.GradScaler | None:
    """Return what keeps float16 gradients from vanishing, or ``None`` where nothing is needed."""
    return torch.amp.GradScaler(device.type) if reduced is torch.float16 else None


def reads_are_free(device: torch.device) -> bool:
    """Return whether reading a tensor's value does not make the device wait (it is the CPU)."""
    return device.type == "cpu"


def moved(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return ``values`` on the device; nobody waits for the copy where the device sees to it that they stay till then.

    MPS does not: a copy that is not waited for may read memory that was given back by then (pytorch issue 139550).
    """
    return values.to(device, non_blocking=device.type == "cuda")


def memory_in_use(device: torch.device) -> int:
    """Return the bytes that training holds: the device's, or this process's on the CPU."""
    if device.type == "cpu":
        return int(psutil.Process().memory_info().rss)
    with contextlib.suppress(RuntimeError, NotImplementedError):
        return int(torch.accelerator.memory_allocated(device))
    return 0


def memory_for_data(device: torch.device) -> int:
    """Return the bytes that samples or features may take: a third of what is free."""
    free = psutil.virtual_memory().available
    if device.type != "cpu":
        with contextlib.suppress(RuntimeError, NotImplementedError):
            free = min(free, torch.accelerator.get_memory_info(device)[0])
    return int(free // 3)


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the state of the generators that training draws from."""
    state = {"cpu": torch.get_rng_state()}
    if device.type != "cpu":
        state[device.type] = torch.get_device_module(device).get_rng_state(*_which(device))
    return state


def restore_random_state(state: dict[str, torch.Tensor], device: torch.device) -> None:
    """Put the generators back to where ``random_state`` found them."""
    torch.set_rng_state(state["cpu"])
    if device.type in state and device.type != "cpu":
        torch.get_device_module(device).set_rng_state(state[device.type], *_which(device))


def _which(device: torch.device) -> tuple[torch.device, ...]:
    """Return the argument that names the device; MPS, of which there is one, takes none."""
    return () if device.type == "mps" else (device,)


def device_name(device: torch.device) -> str:
    """Return the device's name as people know it, such as ``cpu`` or ``cuda (NVIDIA L4)``."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
