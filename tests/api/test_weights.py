"""Weights come from files as data: nothing in them runs, and what does not fit is named."""

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn

from desktop_app.api import DataError, fan_in_and_out, load_weights, read_weights, weights_report
from desktop_app.api.weights import read_shapes


@pytest.fixture
def network() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


@pytest.mark.parametrize("wrapping", [None, "state_dict", "model"])
def test_a_state_dict_is_read_wrapped_or_not(network: nn.Linear, tmp_path: Path, wrapping: str | None) -> None:
    state: Any = network.state_dict()
    torch.save({wrapping: state} if wrapping else state, tmp_path / "weights.pth")

    assert torch.equal(read_weights(tmp_path / "weights.pth")["weight"], network.weight)


def test_safetensors_are_read(network: nn.Linear, tmp_path: Path) -> None:
    save_file(dict(network.state_dict()), tmp_path / "weights.safetensors")
    other = nn.Linear(3, 2)

    load_weights(other, tmp_path / "weights.safetensors")

    assert torch.equal(other.weight, network.weight)
    assert torch.equal(other.bias, network.bias)


class RunsCode:
    def __reduce__(self) -> Any:
        return (os.mkdir, (self.target,))

    def __init__(self, target: str) -> None:
        self.target = target


def test_a_file_that_would_run_code_is_refused_and_runs_none(tmp_path: Path) -> None:
    torch.save({"weight": RunsCode(str(tmp_path / "ran"))}, tmp_path / "weights.pth")

    with pytest.raises(DataError, match="cannot be read"):
        read_weights(tmp_path / "weights.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
@pytest.mark.parametrize("content", [b"", b"\x00", b"not weights at all", b"PK\x03\x04 half a zip"])
def test_a_broken_file_gets_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(DataError, match="cannot be read") as caught:
        read_weights(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_gets_one_sentence(network: nn.Linear, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "whole.pth")
    whole = (tmp_path / "whole.pth").read_bytes()
    (tmp_path / "half.pth").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(DataError, match=r"half\.pth cannot be read"):
        read_weights(tmp_path / "half.pth")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no weights file .*gone\.pth"):
        read_weights(tmp_path / "gone.pth")


@pytest.mark.parametrize("content", [{}, [torch.zeros(1)], {"weight": 3}, torch.zeros(2)])
def test_a_file_without_named_tensors_is_refused(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "weights.pth")

    with pytest.raises(DataError, match="holds no named tensors"):
        read_weights(tmp_path / "weights.pth")


def test_what_does_not_fit_is_listed_and_nothing_is_loaded(network: nn.Linear, tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2, 4), "scale": torch.zeros(1)}, tmp_path / "weights.pth")
    before = network.weight.detach().clone()

    with pytest.raises(DataError) as caught:
        load_weights(network, tmp_path / "weights.pth")

    assert "1 missing (bias)" in str(caught.value)
    assert "1 unknown (scale)" in str(caught.value)
    assert "1 of another shape (weight is [2, 4] instead of [2, 3])" in str(caught.value)
    assert torch.equal(network.weight, before)


def test_names_that_are_left_out_on_purpose_are_passed_over(network: nn.Linear, tmp_path: Path) -> None:
    state = dict(network.state_dict()) | {"classifier.weight": torch.zeros(5)}
    torch.save(state, tmp_path / "weights.pth")

    load_weights(nn.Linear(3, 2), tmp_path / "weights.pth", ignore=("classifier.",))


@pytest.mark.parametrize(("shape", "fans"), [((5, 3), (3, 5)), ((8, 4, 3, 3), (36, 72)), ((8, 1, 5), (5, 40))])
def test_fans_count_the_kernels_area(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert fan_in_and_out(torch.empty(shape)) == fans


def test_a_vector_has_no_fan() -> None:
    with pytest.raises(ValueError, match=r"a weight of shape \[7\] has no fan"):
        fan_in_and_out(torch.empty(7))


def test_averaged_weights_come_before_the_others(network: nn.Linear, tmp_path: Path) -> None:
    averaged = {name: tensor + 1 for name, tensor in network.state_dict().items()}
    torch.save({"state_dict": network.state_dict(), "state_dict_ema": averaged, "epoch": 3}, tmp_path / "w.pth")

    assert torch.equal(read_weights(tmp_path / "w.pth")["weight"], network.weight + 1)


def test_the_report_stays_with_the_module(network: nn.Linear, tmp_path: Path) -> None:
    torch.save({f"module.{name}": tensor for name, tensor in network.state_dict().items()}, tmp_path / "weights.pth")
    other = nn.Linear(3, 2)
    assert weights_report(other) is None

    report = load_weights(other, tmp_path / "weights.pth")

    assert weights_report(other) is report
    assert (report.matched, report.wanted, report.prefix) == (2, 2, "module.")
    assert torch.equal(other.weight, network.weight)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_on_meta_a_file_is_compared_and_not_loaded(network: nn.Linear, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"weights{suffix}"
    save_file(network.state_dict(), file) if suffix == ".safetensors" else torch.save(network.state_dict(), file)

    report = load_weights(nn.Linear(3, 2, device="meta"), file)

    assert report.complete
    with pytest.raises(DataError, match="do not fit"):
        load_weights(nn.Linear(4, 2, device="meta"), file)


@pytest.mark.parametrize("values", [torch.full((2, 3), float("nan")), torch.ones(2, 3, dtype=torch.int8)])
def test_weights_that_are_no_finite_numbers_are_refused(
    network: nn.Linear, tmp_path: Path, values: torch.Tensor
) -> None:
    torch.save(network.state_dict() | {"weight": values}, tmp_path / "weights.pth")
    before = network.weight.detach().clone()

    with pytest.raises(DataError, match=r'"weight" in the weights file .* holds values that are no finite numbers'):
        load_weights(network, tmp_path / "weights.pth")
    assert torch.equal(network.weight, before)


def test_what_a_file_asks_to_run_is_named(tmp_path: Path) -> None:
    torch.save({"weight": RunsCode(str(tmp_path / "ran"))}, tmp_path / "weights.pth")

    with pytest.raises(DataError, match=r"asks for \w+\.mkdir, which is no tensor and could run code") as caught:
        read_weights(tmp_path / "weights.pth")
    assert "\n" not in str(caught.value)


def test_a_safetensors_header_larger_than_its_file_is_refused_unread(tmp_path: Path) -> None:
    for size in (2**62, 2**31, 200_000_000):
        (tmp_path / "weights.safetensors").write_bytes(size.to_bytes(8, "little") + b'{"weight":')

        for read in (read_weights, read_shapes):
            with pytest.raises(DataError, match="cannot be read"):
                read(tmp_path / "weights.safetensors")


def test_safetensors_that_promise_more_than_they_hold_are_refused(network: nn.Linear, tmp_path: Path) -> None:
    save_file(network.state_dict(), tmp_path / "whole.safetensors")
    whole = (tmp_path / "whole.safetensors").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[:-4])

    for read in (read_weights, read_shapes):
        with pytest.raises(DataError, match=r"half\.safetensors cannot be read"):
            read(tmp_path / "half.safetensors")


def test_a_file_of_an_old_pytorch_is_read_too(network: nn.Linear, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)

    assert torch.equal(read_weights(tmp_path / "old.pth")["weight"], network.weight)


@given(st.binary(max_size=200), st.sampled_from([".pth", ".safetensors"]))
def test_no_bytes_whatever_bring_anything_but_a_sentence(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"weights{suffix}"
        file.write_bytes(content)

        for read in (read_weights, read_shapes):
            with pytest.raises(DataError):
                read(file)
