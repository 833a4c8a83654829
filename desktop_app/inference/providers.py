"""Which of ONNX Runtime's execution providers can run here."""

import contextlib
import ctypes
import sys
from collections.abc import Sequence

import onnxruntime

from desktop_app.errors import ModelError, did_you_mean

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
# After CUDA: the operating systems' own ways to whatever accelerator there is.
_SYSTEM_PROVIDERS = ("CoreMLExecutionProvider", "DmlExecutionProvider")
_CUDA_DRIVERS = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1",)


def choose_providers(wanted: str | Sequence[str] = "auto") -> list[str]:
    """Return the providers to ask for, best first; the CPU is always the last resort.

    ``auto`` takes CUDA where a device answers, then CoreML or DirectML where ONNX Runtime has them; ``cpu`` the CPU
    alone; a provider's name, or several, those.
    Raises: ``ModelError`` for a named provider that this ONNX Runtime was built without.
    """
    available = onnxruntime.get_available_providers()
    if wanted == "cpu":
        return [CPU]
    if wanted == "auto":
        chosen = [name for name in _SYSTEM_PROVIDERS if name in available]
        if CUDA in available and cuda_devices() > 0:
            chosen.insert(0, CUDA)
    else:
        chosen = [wanted] if isinstance(wanted, str) else list(wanted)
        for name in chosen:
            if name not in available:
                hint = did_you_mean(name, available)
                raise ModelError(f'There is no provider "{name}" here; there are: {", ".join(available)}.{hint}')
    return [*(name for name in chosen if name != CPU), CPU]


def cuda_devices() -> int:
    """Return how many CUDA devices the driver sees (``CUDA_VISIBLE_DEVICES`` counts), 0 without a driver.

    ONNX Runtime built for CUDA lists its provider on every machine, and complains on standard error when asked for it
    in vain; so the driver is asked first, by ``cuInit`` and ``cuDeviceGetCount`` of the CUDA driver API.
    """
    for name in _CUDA_DRIVERS:
        try:
            driver = ctypes.CDLL(name)
            count = ctypes.c_int(0)
            if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
                return count.value
        except (OSError, AttributeError):  # no driver, or one too old to have these
            continue
    return 0


def load_cuda_libraries() -> None:
    """Load the CUDA and cuDNN libraries that pip installs where the system's search does not find them."""
    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload is None:
        return
    # It prints what it does not find; standard output belongs to the results of the command line.
    with contextlib.redirect_stdout(sys.stderr):
        preload()
