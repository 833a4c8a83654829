"""Other processes read while one writes, and a kill takes only what was not committed."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from desktop_app.store.metrics import MetricsReader, MetricsWriter

WRITER = """
import sys
from pathlib import Path
from desktop_app.store.metrics import MetricsWriter

writer = MetricsWriter(Path(sys.argv[1]))
step = 0
for line in sys.stdin:
    for _ in range(int(line)):
        step += 1
        writer.append("lr", [step], [step / 10])
    if line.startswith("+"):
        writer.commit()
    print(step, flush=True)
"""


class WritingProcess:
    """A process that appends as many points as it is told; ``+5`` commits behind the fifth, ``5`` does not."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def write(self, order: str) -> int:
        """Give an order and return the last step once it is done."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        print(order, file=stdin, flush=True)
        return int(stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            close(pipe)


def close(pipe: IO[str] | None) -> None:
    assert pipe is not None
    with contextlib.suppress(BrokenPipeError):
        pipe.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metrics.sqlite"


@pytest.fixture
def writing(file: Path) -> Iterator[WritingProcess]:
    process = WritingProcess(file)
    yield process
    process.kill()


def test_a_reader_sees_what_another_process_has_committed_so_far(file: Path, writing: WritingProcess) -> None:
    for _ in range(5):
        last = writing.write("+100")
        steps, values = MetricsReader(file).series("lr")
        assert steps.tolist() == list(range(1, last + 1))
        assert values[-1] == last / 10


def test_a_kill_loses_only_what_was_not_committed(file: Path, writing: WritingProcess) -> None:
    writing.write("+1000")
    writing.write("500")

    writing.kill()

    assert MetricsReader(file).series("lr")[0].tolist() == list(range(1, 1001))
    again = WritingProcess(file)
    again.write("+1")  # the next writer finds a whole file
    again.kill()
    assert MetricsReader(file).series("lr")[0].tolist() == list(range(1, 1001))


@pytest.mark.skipif(not hasattr(os, "setuid") or os.geteuid() != 0, reason="only root may become somebody else")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 and newer, with other threads alive
def test_a_finished_run_is_read_where_nothing_can_be_written() -> None:
    # Somebody with no right to write must still reach the folder: tmp_path belongs to its owner alone.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        file = Path(folder) / "metrics.sqlite"
        writer = MetricsWriter(file)
        writer.append("lr", [1], [0.5])
        writer.close()
        reader, writes = os.pipe()
        child = os.fork()
        if child == 0:
            found = b"nothing"
            try:
                os.setuid(65534)
                found = str(MetricsReader(file).series("lr")[1].tolist()).encode()
            finally:
                os.write(writes, found)
                os._exit(0)
        os.waitpid(child, 0)
        found = os.read(reader, 100)
        os.close(reader)
        os.close(writes)

    assert found == b"[0.5]"
