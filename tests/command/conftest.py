"""What the command line's tests share: commands in this process, and in forked children that can be killed."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomli_w

HELPERS = Path(__file__).parents[1] / "helpers"
DIGITS: dict[str, Any] = {
    "name": "digits",
    "data": {"source": "digits", "validation": 0.2, "test": 0.6},
    "model": {"kind": "mlp", "layers": [16]},
    "training": {"epochs": 2, "threads": 1},
}


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The last line of standard output."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def sentence(self) -> str:
        """The one line on standard error."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


@pytest.fixture
def downslope(capsys: pytest.CaptureFixture[str], home: Path) -> Iterator[Callable[..., Said]]:
    """Return what runs a command in this process, and leave signals and logging as they were."""
    from desktop_app.command import main

    at_termination = signal.getsignal(signal.SIGTERM)
    handlers = list(logging.root.handlers)

    def run(*arguments: str | Path) -> Said:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, at_termination)
    logging.captureWarnings(False)
    for handler in list(logging.root.handlers):
        if handler not in handlers:
            logging.root.removeHandler(handler)


@pytest.fixture
def write_experiment(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of experiment files: digits, with sections that replace its own."""

    def write(**sections: Any) -> Path:
        path = tmp_path / "experiment.toml"
        path.write_text(tomli_w.dumps({**DIGITS, **sections}), encoding="utf-8")
        return path

    return write


class Child:
    """A command that runs in a process of its own."""

    def __init__(self, server: "subprocess.Popen[str]", folder: Path) -> None:
        self._server = server
        self._folder = folder
        self.process_id = self._next("started")
        self.ended: Said | None = None

    def signal(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.process_id, number)

    def wait(self) -> Said:
        """Wait for its end; a negative status is the signal that killed it."""
        if self.ended is None:
            self.ended = Said(self._next("ended"), self._read("stdout"), self._read("stderr"))
        return self.ended

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until something can be seen from outside."""
        patience = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < patience, self._read("stderr")
            os.kill(self.process_id, 0)  # raises where it has ended by itself
            time.sleep(0.005)

    def _next(self, expected: str) -> int:
        word, number = self._server.stdout.readline().split()  # type: ignore[union-attr]
        assert word == expected
        return int(number)

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def command_server() -> Iterator["subprocess.Popen[str]"]:
    """Start the process that forks the children."""
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork processes")
    with subprocess.Popen(
        [sys.executable, str(HELPERS / "forked_commands.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=HELPERS.parents[1],
        env={**os.environ, "PYTHONPATH": str(HELPERS.parents[1])},
    ) as server:
        yield server
        assert server.stdin is not None
        server.stdin.close()
        server.wait(60)


@pytest.fixture(scope="session")
def start_in(command_server: "subprocess.Popen[str]", tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Child]:
    """Return what starts a command in a child, with a folder as its home."""

    def begin(home: Path, *arguments: str | Path, checkpoint_seconds: float = 4.0) -> Child:
        folder = tmp_path_factory.mktemp("child")
        request = {
            "arguments": [str(argument) for argument in arguments],
            "environment": {"DOWNSLOPE_HOME": str(home)},
            "stdout": str(folder / "stdout"),
            "stderr": str(folder / "stderr"),
            "checkpoint_seconds": checkpoint_seconds,
        }
        assert command_server.stdin is not None
        command_server.stdin.write(json.dumps(request) + "\n")
        command_server.stdin.flush()
        return Child(command_server, folder)

    return begin


@pytest.fixture
def start(start_in: Callable[..., Child], home: Path) -> Iterator[Callable[..., Child]]:
    """Return what starts a command in a child, one after the other; one that still runs at the end is killed."""
    children: list[Child] = []

    def begin(*arguments: str | Path, checkpoint_seconds: float = 4.0) -> Child:
        children.append(start_in(home, *arguments, checkpoint_seconds=checkpoint_seconds))
        return children[-1]

    yield begin
    for child in children:
        if child.ended is None:
            with contextlib.suppress(ProcessLookupError):
                child.signal(signal.SIGKILL)
            child.wait()
