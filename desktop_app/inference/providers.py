"""Which of ONNX Runtime's execution providers can run here, and why one cannot."""

import contextlib
import ctypes
import io
import re
import sys
from collections.abc import Sequence

import onnxruntime

from desktop_app.errors import ModelError, did_you_mean

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"
DIRECTML = "DmlExecutionProvider"
COREML = "CoreMLExecutionProvider"
SHORT_NAMES = {"cpu": CPU, "cuda": CUDA, "tensorrt": TENSORRT, "directml": DIRECTML, "coreml": COREML}
_WORDS = {CPU: "The CPU", CUDA: "CUDA", TENSORRT: "TensorRT", DIRECTML: "DirectML", COREML: "CoreML"}
# After CUDA: the operating systems' own ways to whatever accelerator there is.
_SYSTEM_PROVIDERS = (COREML, DIRECTML)
_NVIDIA = {CUDA: "cuda", TENSORRT: "tensorrt"}
_CUDA_DRIVERS = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1",)


def choose_providers(wanted: str | Sequence[str] = "auto") -> list[str]:
    """Return the providers to ask for, best first; the CPU is always the last resort.

    ``auto`` takes CUDA where a device answers, then CoreML or DirectML where ONNX Runtime has them (TensorRT has to be
    asked for: it takes minutes to build a model); ``cpu`` the CPU alone; a provider's name, short (``tensorrt``) or
    ONNX Runtime's own, or several, those. TensorRT falls back to CUDA.
    Raises: ``ModelError`` for a named provider that this ONNX Runtime was built without.
    """
    available = onnxruntime.get_available_providers()
    if wanted == "auto":
        chosen = [name for name in _SYSTEM_PROVIDERS if name in available]
        if CUDA in available and cuda_devices() > 0:
            chosen.insert(0, CUDA)
    else:
        given = [wanted] if isinstance(wanted, str) else list(wanted)
        chosen = [SHORT_NAMES.get(name.lower(), name) for name in given]
        for name, asked in zip(chosen, given, strict=True):
            if name not in available:
                hint = did_you_mean(asked, [*available, *SHORT_NAMES]) if asked.lower() not in SHORT_NAMES else ""
                raise ModelError(f'There is no provider "{asked}" here; there are: {", ".join(available)}.{hint}')
        if TENSORRT in chosen and CUDA not in chosen:
            chosen.append(CUDA)
    return [*dict.fromkeys(name for name in chosen if name != CPU), CPU]


def in_words(provider: str) -> str:
    """Return a provider's name as people write it, able to begin a sentence."""
    return _WORDS.get(provider, provider)


def why_not(provider: str) -> str:
    """Return why a provider cannot work on this machine, as half a sentence, or "" where nothing is known against it.

    ONNX Runtime built for CUDA lists its providers on every machine, and where they fail it says so in its log alone.
    """
    if provider not in _NVIDIA or cuda_devices() > 0:
        return ""
    for name in _CUDA_DRIVERS:
        with contextlib.suppress(OSError):
            ctypes.CDLL(name)
            return "the NVIDIA driver finds no CUDA device"
    return f"the NVIDIA driver ({_CUDA_DRIVERS[0]}) is not installed"


def cuda_devices() -> int:
    """Return how many CUDA devices the driver sees (``CUDA_VISIBLE_DEVICES`` counts), 0 without a driver.

    By ``cuInit`` and ``cuDeviceGetCount`` of the CUDA driver API.
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


def load_libraries(provider: str) -> None:
    """Load the CUDA and cuDNN libraries that pip installs where the system's search does not find them."""
    preload = getattr(onnxruntime, "preload_dlls", None)
    if preload is None or provider not in _NVIDIA:
        return
    # It prints what it does not find; whether that matters shows when the provider is asked for.
    with contextlib.redirect_stdout(io.StringIO()):
        preload()


def reason_in(log: str) -> str:
    """Return why a provider failed, out of what ONNX Runtime logged, as half a sentence."""
    missing = re.search(r"with error: *(\S+?): cannot open shared object file", log)
    if missing:
        # ONNX Runtime's own extras bring CUDA's libraries as packages, where load_libraries finds them.
        return f'the library {missing[1]} is missing (pip install "onnxruntime-gpu[cuda,cudnn]" brings those of CUDA)'
    failed = re.search(r'LoadLibrary failed with error (\d+).*?when trying to load "([^"]+)"', log)
    if failed:
        library = failed[2].replace("\\", "/").rpartition("/")[2]
        return f"a library that {library} needs is missing (Windows error {failed[1]})"
    for line in log.splitlines():
        text = re.sub(r"\x1b\[[0-9;]*m", "", line).rpartition("] ")[2].strip().rstrip(".")
        if text:
            return text[:300]
    return "ONNX Runtime does not say why"
