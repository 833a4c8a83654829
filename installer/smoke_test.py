"""Ask the finished program to do what Downslope does: ``python -m installer.smoke_test FOLDER [--screenshot FILE]``.

It runs far from the checkout, with nothing of the environment that built it, and is compared with the source. What is
slow or wants a virtual screen says so; nothing is skipped in silence.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installer.virtual_screen import Screen, missing_programs, virtual_screen

ROOT = Path(__file__).resolve().parents[1]
# The sample's accuracy lies near 0.85; a network that learned nothing would have 0.1.
LEAST_ACCURACY = 0.75
_DEMO_TIMEOUT_SECONDS = 1200
_TIMEOUT_SECONDS = 300

_PLUGIN = '''
"""Uses what no built-in plugin uses: parts of the standard library, torchvision, torch's compiler of source text."""

import cmath
import statistics
import wave
from xml.etree import ElementTree

import torch
import torchvision.ops
from torch import nn

from desktop_app.api import Activation, hookimpl


class Smoke(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


@hookimpl
def register_activations():
    torchvision.ops.nms(torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([0.5]), 0.5)
    return Activation("smoke", Smoke)
'''

_DIGITS = """
name = "digits"
[data]
source = "digits"
[model]
kind = "mlp"
layers = [32]
activation = "smoke"
[training]
epochs = 3
"""


class SmokeTestError(Exception):
    """The finished program did not do what the source does; the text says what."""


class NotTestedError(Exception):
    """A check that this machine cannot make; the text says why."""


@dataclass(frozen=True)
class Frozen:
    """The finished program: its folder, and a home of its own."""

    folder: Path
    home: Path

    @property
    def command(self) -> Path:
        """The program itself."""
        return self.folder / ("downslope.exe" if sys.platform == "win32" else "downslope")

    def environment(self, **more: str) -> dict[str, str]:
        """Return what a person's terminal has, without anything of the Python that runs this test."""
        kept = {name: os.environ[name] for name in ("LANG", "SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
        path = os.environ["PATH"] if sys.platform == "win32" else "/usr/bin:/bin"
        return {**kept, "PATH": path, "HOME": str(self.home), "DOWNSLOPE_HOME": str(self.home), **more}

    def run(self, *arguments: str, timeout: float = _TIMEOUT_SECONDS) -> str:
        """Run a command to its end and return its standard output.

        Raises: ``SmokeTestError`` with the end of what it said where its exit status is not 0.
        """
        return _output([str(self.command), *arguments], self.home, self.environment(), timeout)

    def json(self, *arguments: str, timeout: float = _TIMEOUT_SECONDS) -> dict[str, Any]:
        """Run a command with ``--json`` and return its answer."""
        return _last_object(self.run(*arguments, "--json", timeout=timeout))


def same_version(frozen: Frozen) -> str:
    """Compare the version with the source's, three times, and say how long the fastest took."""
    wanted = _from_source("--version")
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        _require(frozen.run("--version") == wanted, f"the version is not {wanted.strip()}")
        seconds.append(time.monotonic() - began)
    return f"{wanted.strip()}; --version takes {min(seconds):.2f} s, at worst {max(seconds):.2f} s"


def same_plugins(frozen: Frozen) -> str:
    """Compare the list of plugins with the source's, but for the files, which lie elsewhere."""
    found, wanted = (
        [{key: value for key, value in row.items() if key != "file"} for row in answer["plugins"]]
        for answer in (frozen.json("plugins", "list"), _last_object(_from_source("plugins", "list", "--json")))
    )
    differing = [row for row in wanted if row not in found] + [row for row in found if row not in wanted]
    _require(found == wanted, f"{len(differing)} rows differ from the source's, such as {differing[:1]}")
    return f"{len(found)} contributions, as in the source"


def trains_with_a_persons_plugin(frozen: Frozen) -> str:
    """Train on the digits with a plugin from the user's folder, to the very numbers of the source, and export."""
    plugins = frozen.home / "plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "smoke.py").write_text(_PLUGIN, encoding="utf-8")
    experiment = frozen.home / "digits.toml"
    experiment.write_text(_DIGITS, encoding="utf-8")
    try:
        arguments = ("train", str(experiment), "--out", str(frozen.home / "runs"))
        result = frozen.json(*arguments)
        wanted = _last_object(_from_source(*arguments, "--json", home=frozen.home))
        parity = frozen.json("export", str(result["run"]))["parity"]
    finally:
        (plugins / "smoke.py").unlink()
    losses = result["val_loss"], wanted["val_loss"]
    _require(losses[0] == losses[1], f"the validation loss is {losses[0]}, the source's {losses[1]}")
    _require(parity["passed"], f"the export differs: {parity}")
    return f"validation loss {losses[0]}, as the source's; largest difference {parity['max_abs_diff']:.1e}"


def demo_passes(frozen: Frozen) -> str:
    """Do the main job."""
    began = time.monotonic()
    answer = frozen.json("demo", "--out", str(frozen.home / "runs"), timeout=_DEMO_TIMEOUT_SECONDS)
    parity = answer["parity"]
    _require(parity["passed"], f"the export differs: {parity}")
    _require(answer["accuracy"] >= LEAST_ACCURACY, f"accuracy {answer['accuracy']}, wanted {LEAST_ACCURACY}")
    return (
        f"accuracy {answer['accuracy']:.3f}, largest difference {parity['max_abs_diff']:.1e}, "
        f"{time.monotonic() - began:.0f} s"
    )


def has_every_library(frozen: Frozen) -> str:
    """Compare the CUDA libraries with those installed here; whether a GPU takes them, only a GPU can tell."""
    from installer import contents

    wanted = [Path(place) / Path(file).name for file, place in contents.libraries()]
    missing = [str(file) for file in wanted if not (frozen.folder / "_internal" / file).is_file()]
    _require(not missing, f"missing: {', '.join(missing)}")
    return f"{len(wanted)} libraries that are loaded by name"


def window_opens(frozen: Frozen, screenshot: Path | None) -> str:
    """Open the window on a virtual screen, twice, and look at its log once the plugins have been loaded."""
    missing = missing_programs()
    if missing:
        raise NotTestedError(f"a virtual screen wants {', '.join(missing)}, which this machine does not have")
    seconds = []
    with virtual_screen() as screen:
        for _ in range(2):
            with _started(frozen, screen) as process:
                began = time.monotonic()
                screen.wait_for_window("Downslope", process)
                seconds.append(time.monotonic() - began)
                time.sleep(20)  # torch and the plugins load on a thread behind the window
                _require(process.poll() is None, f"the window closed by itself with status {process.returncode}")
                if screenshot:
                    screen.photograph(screenshot)
    log = frozen.home / "logs" / "window.log"
    said = log.read_text(encoding="utf-8") if log.is_file() else ""
    _require("Traceback" not in said, f"the window's log: {said[-2000:]}")
    return f"visible after {seconds[0]:.1f} s, and {seconds[1]:.1f} s the second time"


def smoke_test(folder: Path, screenshot: Path | None = None) -> int:
    """Run every check on the program in ``folder``, say what came of each, and return the exit status."""
    with tempfile.TemporaryDirectory(prefix="downslope-smoke-") as home:
        frozen = Frozen(folder.resolve(), Path(home))
        checks: dict[str, Callable[[], str]] = {
            "size": lambda: f"{_size_bytes(frozen.folder) / 1e9:.2f} GB in {frozen.folder}",
            "version": lambda: same_version(frozen),
            "libraries": lambda: has_every_library(frozen),
            "plugins": lambda: same_plugins(frozen),
            "train": lambda: trains_with_a_persons_plugin(frozen),
            "demo": lambda: demo_passes(frozen),
            "window": lambda: window_opens(frozen, screenshot),
        }
        failed = 0
        for name, check in checks.items():
            try:
                _say(f"ok      {name:<10} {check()}")
            except NotTestedError as reason:
                _say(f"not run {name:<10} {reason}")
            except (SmokeTestError, OSError) as error:
                failed += 1
                _say(f"FAILED  {name:<10} {error}")
    return 1 if failed else 0


def main() -> int:
    """Test the program that the arguments name."""
    parser = argparse.ArgumentParser(prog="python -m installer.smoke_test", description="Test the finished program.")
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist" / "downslope")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="keep a picture of the window")
    arguments = parser.parse_args()
    return smoke_test(arguments.folder, arguments.screenshot)


@contextmanager
def _started(frozen: Frozen, screen: Screen) -> Iterator[subprocess.Popen[bytes]]:
    environment = frozen.environment(DISPLAY=screen.display)
    with subprocess.Popen([str(frozen.command)], cwd=frozen.home, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _from_source(*arguments: str, home: Path | None = None) -> str:
    """Run a command of the source, in a home of its own or in this one, and return its standard output."""
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "DOWNSLOPE_HOME": str(home or empty)}
        return _output([sys.executable, "-m", "desktop_app", *arguments], ROOT, environment, _TIMEOUT_SECONDS)


def _output(command: list[str], folder: Path, environment: dict[str, str], timeout: float) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=timeout, capture_output=True, text=True, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SmokeTestError(str(error)) from error
    if done.returncode:
        raise SmokeTestError(f"{' '.join(command)} ended with status {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _last_object(output: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise SmokeTestError(f"the last line of output is no JSON object: {output[-500:]!r}") from error
    return answer


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise SmokeTestError(sentence)


def _size_bytes(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_symlink() or file.is_file())


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
