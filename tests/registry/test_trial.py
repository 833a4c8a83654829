"""A file that nobody knows is imported elsewhere first: what ends that process leaves this one alone."""

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from desktop_app.registry import Registry, load_plugins
from desktop_app.registry.trial import TrialClosedError, TrialProcess

Try = Callable[..., str | None]
SECONDS = 2.0


@pytest.fixture(scope="module")
def trial() -> Iterator[TrialProcess]:
    """Return one process for all tests of this file; it is gone afterwards."""
    made = TrialProcess()
    yield made
    child = made._child
    made.close()
    assert child is None or not psutil.pid_exists(child.process.pid)


@pytest.fixture
def try_out(trial: TrialProcess, folder: Path) -> Try:
    """Return a function that writes a plugin file and says what came of its trial."""

    def write_and_try(body: str, name: str = "tried.py") -> str | None:
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(body), encoding="utf-8")
        return trial.try_out(folder, str(file), SECONDS)

    return write_and_try


GOOD = """
import torch
from desktop_app.api import Activation, hookimpl

@hookimpl
def register_activations():
    return Activation("good", torch.nn.ReLU)
"""

HARMLESS = {
    "is good": GOOD,
    "raises": "raise ValueError('no')",
    "wants to end the program": "import sys; sys.exit(3)",
    "is no Python": "def (",
    "is no text": "x = '\x00'",
    "prints": "print('{\"lived\": false}'); print('x' * 1_000_000)",
    "asks the person": "input('Go on? ')",
    "leaves a thread behind": "import threading\nthreading.Thread(target=threading.Event().wait).start()",
    "closes what it can": "import os, sys\nsys.stdout.close()\nsys.stdin.close()\nos.close(1)",
}

HARMFUL = {
    "loops": ("\nwhile True:\n    pass", "its import did not end within 2 seconds (an endless loop in line"),
    "waits": ("import threading\nthreading.Event().wait()", "(an endless loop in line 2?)"),
    "loops in its hook": (
        GOOD.replace("    return", "    while True: pass\n    return"),
        "its import did not end within 2 seconds (an endless loop in line 7?)",
    ),
    "loops and catches everything": (
        "while True:\n    try:\n        x = 1\n    except BaseException:\n        pass",
        "(an endless loop in line",
    ),
    "ends the process": ("import os\nos._exit(3)", "its import ended the whole program (exit status 3)"),
    "ends the process as if all were well": ("import os\nos._exit(0)", "ended the whole program (exit status 0)"),
    "crashes": (
        "\nimport ctypes\nctypes.string_at(0)",
        "its import crashed the whole program (Segmentation fault in line 3)",
    ),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "crashed the whole program (SIGKILL)"),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_an_import_merely_does_is_none_of_its_business(case: str, try_out: Try) -> None:
    assert try_out(HARMLESS[case]) == ""


@pytest.mark.parametrize("case", HARMFUL)
def test_what_would_take_the_program_along_is_named(case: str, try_out: Try) -> None:
    body, reason = HARMFUL[case]

    said = try_out(body)

    assert said is not None
    assert reason in said
    assert try_out(GOOD) == ""


def test_the_line_of_a_module_inside_a_package_is_named(try_out: Try, folder: Path) -> None:
    (folder / "packed").mkdir()
    (folder / "packed" / "inner.py").write_text("x = 1\nwhile True: x += 1\n", encoding="utf-8")

    assert "line 2 of inner.py" in str(try_out("from . import inner", "packed/__init__.py"))


def test_a_file_that_failed_is_not_imported_here_and_is_not_tried_twice(
    write: Callable[[str, str], Path], folder: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write("leaves.py", "import os\nos._exit(3)")
    write("works.py", GOOD)
    refused = "its import ended the whole program (exit status 3)"

    first = {record.name: record for record in load_plugins().plugins if record.source == "user"}
    with monkeypatch.context() as patched:
        patched.setattr(TrialProcess, "try_out", lambda *_: pytest.fail("tried again"))
        second = {record.name: record for record in load_plugins().plugins if record.source == "user"}

    for records in (first, second):
        assert (records["leaves"].status, records["leaves"].error) == ("failed", refused)
        assert records["works"].status == "ok"
    file.write_text(GOOD.replace("good", "mended"), encoding="utf-8")
    assert "mended" in load_plugins().activations


def test_closing_ends_a_trial_that_another_thread_waits_for(folder: Path) -> None:
    trial = TrialProcess()
    (folder / "loops.py").write_text("while True: pass", encoding="utf-8")
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            trial.try_out(folder, str(folder / "loops.py"), 60.0)
        except TrialClosedError as error:
            raised.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while trial._child is None:
        time.sleep(0.01)
    process = psutil.Process(trial._child.process.pid)
    trial.close()
    thread.join(30)

    assert not thread.is_alive()
    assert len(raised) == 1
    assert not process.is_running()
    with pytest.raises(TrialClosedError):
        trial.try_out(folder, str(folder / "loops.py"))


def test_where_no_process_can_be_had_nothing_is_known(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "no-such-python"))
    (folder / "good.py").write_text(GOOD, encoding="utf-8")

    assert TrialProcess().try_out(folder, str(folder / "good.py")) is None


def test_the_process_ends_with_a_program_that_was_killed(folder: Path) -> None:
    (folder / "good.py").write_text(GOOD, encoding="utf-8")
    program = (
        "import sys, time; from pathlib import Path; from desktop_app.registry.trial import TrialProcess\n"
        "trial = TrialProcess()\n"
        "assert trial.try_out(Path(sys.argv[1]), sys.argv[2]) == ''\n"
        "print(trial._child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), str(folder / "good.py")], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    with owner:
        child = psutil.Process(int(owner.stdout.readline()))
        assert child.is_running()
        owner.kill()
    psutil.wait_procs([child], timeout=30)

    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_process_with_nothing_to_do_ends_and_the_next_file_gets_a_new_one(folder: Path) -> None:
    trial = TrialProcess(idle_seconds=0.1)
    (folder / "good.py").write_text(GOOD, encoding="utf-8")
    assert trial.try_out(folder, str(folder / "good.py")) == ""
    assert trial._child is not None
    first = trial._child.process
    while not trial._child.ended():
        time.sleep(0.01)

    assert trial.try_out(folder, str(folder / "good.py")) == ""
    assert trial._child.process.pid != first.pid
    trial.close()
    assert os.getpid() != first.pid
