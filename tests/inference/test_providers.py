"""The provider that can run is asked for; why one cannot is known before, or read out of ONNX Runtime's log."""

import onnxruntime
import pytest

from desktop_app.errors import ModelError
from desktop_app.inference import providers
from desktop_app.inference.providers import CPU, CUDA, TENSORRT, choose_providers, reason_in, why_not


def test_a_provider_that_this_runtime_lacks_is_named_with_those_it_has():
    with pytest.raises(
        ModelError, match=r'no provider "CPUExecutionProvide" here; .*Did you mean "CPUExecutionProvider"'
    ):
        choose_providers("CPUExecutionProvide")


def test_the_cpu_is_always_the_last_resort():
    assert choose_providers("cpu") == [CPU]
    assert choose_providers([CPU]) == [CPU]
    assert choose_providers()[-1] == CPU


def test_cuda_is_asked_for_only_where_a_device_answers(monkeypatch):
    # No machine has both; the runtime's list and the driver's answer stand in for the missing one.
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", CPU])
    monkeypatch.setattr(providers, "cuda_devices", lambda: 0)
    assert choose_providers() == [CPU]
    monkeypatch.setattr(providers, "cuda_devices", lambda: 1)
    assert choose_providers() == ["CUDAExecutionProvider", CPU]


def test_a_machine_without_a_driver_has_no_cuda_devices(monkeypatch):
    monkeypatch.setattr(providers, "_CUDA_DRIVERS", ("libnothing-of-this-name.so.1",))
    assert providers.cuda_devices() == 0


def test_providers_have_short_names_and_tensorrt_falls_back_to_cuda(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [TENSORRT, CUDA, CPU])
    assert choose_providers("cuda") == [CUDA, CPU]
    assert choose_providers("TensorRT") == [TENSORRT, CUDA, CPU]
    assert choose_providers(["cpu", "cuda"]) == [CUDA, CPU]
    with pytest.raises(ModelError, match='There is no provider "coreml" here; there are: '):
        choose_providers("coreml")
    with pytest.raises(ModelError, match='Did you mean "cuda"'):
        choose_providers("cudda")


def test_why_cuda_cannot_work_is_known_before_it_is_asked_for(monkeypatch):
    # A driver without a device, and a device, stand in for machines that this one is not.
    monkeypatch.setattr(providers, "cuda_devices", lambda: 0)
    monkeypatch.setattr(providers, "_CUDA_DRIVERS", ("libnothing-of-this-name.so.1",))
    assert why_not(CUDA) == "the NVIDIA driver (libnothing-of-this-name.so.1) is not installed"
    monkeypatch.setattr(providers.ctypes, "CDLL", lambda name: None)
    assert why_not(TENSORRT) == "the NVIDIA driver finds no CUDA device"
    assert why_not(CPU) == ""
    monkeypatch.setattr(providers, "cuda_devices", lambda: 1)
    assert why_not(CUDA) == ""


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (
            "\x1b[1;31m2026-11-24 18:10:27.49 [E:onnxruntime:Default, provider_bridge_ort.cc:2458 operator()] "
            "onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load "
            "library /a/libonnxruntime_providers_cuda.so with error: "
            "libcublasLt.so.13: cannot open shared object file: "
            "No such file\n\x1b[m",
            "the library libcublasLt.so.13 is missing (pip install",
        ),
        (
            '[E:onnxruntime:Default] LoadLibrary failed with error 126 "" when trying to load '
            '"C:\\py\\capi\\onnxruntime_providers_cuda.dll"',
            "a library that onnxruntime_providers_cuda.dll needs is missing (Windows error 126)",
        ),
        (
            "\x1b[0;93m2026 [W:onnxruntime:Default, state.cc:12 Create] Failed to create it.\x1b[m",
            "Failed to create it",
        ),
        ("", "ONNX Runtime does not say why"),
    ],
)
def test_the_reason_is_read_out_of_the_log(log, reason):
    assert reason_in(log).startswith(reason)
