"""A checkpoint is whole or not there, and reading one runs nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_app.errors import RunError
from desktop_app.store.checkpoints import load_checkpoint, save_checkpoint

CONTENT = {
    "form": 1,
    "position": {"epoch": 2, "step": 70},
    "model": {"network": {"weight": torch.arange(6.0).reshape(2, 3), "half": torch.ones(2, dtype=torch.bfloat16)}},
    "random": {"cpu": torch.get_rng_state()},
    "stepper": None,
}


def assert_same(first: Any, second: Any) -> None:
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_same(first[key], second[key])
    elif isinstance(first, torch.Tensor):
        assert first.dtype == second.dtype
        assert torch.equal(first, second)
    else:
        assert first == second


def test_tensors_and_plain_values_come_back_bit_for_bit(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "last.ckpt", CONTENT)

    assert_same(CONTENT, load_checkpoint(tmp_path / "last.ckpt"))
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]


class RunsCode:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.target),))


def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path: Path) -> None:
    torch.save({"model": RunsCode(tmp_path / "ran")}, tmp_path / "last.ckpt")

    with pytest.raises(RunError, match=r"The checkpoint .*last\.ckpt is broken or not one of ours: "):
        load_checkpoint(tmp_path / "last.ckpt")
    assert not (tmp_path / "ran").exists()
    torch.load(tmp_path / "last.ckpt", weights_only=False)  # the proof that it would have
    assert (tmp_path / "ran").is_dir()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_checkpoint_gets_one_sentence(tmp_path: Path, share: float) -> None:
    save_checkpoint(tmp_path / "last.ckpt", CONTENT)
    whole = (tmp_path / "last.ckpt").read_bytes()
    (tmp_path / "last.ckpt").write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(RunError, match=r"last\.ckpt is broken or not one of ours: ") as caught:
        load_checkpoint(tmp_path / "last.ckpt")
    assert "\n" not in str(caught.value)


def test_a_checkpoint_that_is_not_there_or_holds_something_else_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"There is no checkpoint .*last\.ckpt\."):
        load_checkpoint(tmp_path / "last.ckpt")
    torch.save(torch.zeros(3), tmp_path / "last.ckpt")
    with pytest.raises(RunError, match=r"last\.ckpt is not one of ours\."):
        load_checkpoint(tmp_path / "last.ckpt")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("numbers", [1, 1_000_000])  # met while writing the last bytes, and in the middle
def test_a_full_disk_gets_one_sentence_and_leaves_the_old_file_whole(tmp_path: Path, numbers: int) -> None:
    save_checkpoint(tmp_path / "last.ckpt", CONTENT)
    (tmp_path / "last.ckpt.partial").symlink_to("/dev/full")

    with pytest.raises(RunError) as caught:
        save_checkpoint(tmp_path / "last.ckpt", {"weight": torch.zeros(numbers)})

    assert f"The checkpoint {tmp_path / 'last.ckpt'} could not be written: No space left on device." in str(
        caught.value
    )
    assert "Make room on the disk" in str(caught.value)
    assert_same(CONTENT, load_checkpoint(tmp_path / "last.ckpt"))
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]


def test_a_folder_that_is_gone_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="could not be written: No such file or directory"):
        save_checkpoint(tmp_path / "gone" / "last.ckpt", CONTENT)


SAVES_FOR_EVER = """
import sys
from pathlib import Path
import torch
from desktop_app.store.checkpoints import save_checkpoint

number = 0
while True:
    number += 1
    save_checkpoint(Path(sys.argv[1]), {"number": number, "weight": torch.full((200_000,), float(number))})
    if number == 1:
        print("saved", flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot hold a process")
def test_a_kill_in_the_middle_of_saving_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "last.ckpt"
    process = subprocess.Popen([sys.executable, "-c", SAVES_FOR_EVER, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "saved\n"
        # Stopped between two instructions, wherever that is; looked at, and let go on, a few times.
        for _ in range(10):
            process.send_signal(signal.SIGSTOP)
            assert_whole(file)
            process.send_signal(signal.SIGCONT)
            os.sched_yield()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()

    assert_whole(file)


def assert_whole(file: Path) -> None:
    content = load_checkpoint(file)
    assert content["weight"].unique().tolist() == [content["number"]]
