"""The bundle in a virtual environment that holds its own requirements and nothing else."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest


@pytest.fixture
def empty_python(tmp_path) -> str:
    """Return the Python of a new virtual environment in which nothing is installed."""
    venv.create(tmp_path / "venv", with_pip=False)
    return str(tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def test_it_gives_the_expected_answers_with_no_torch(bundled, run_program, empty_python, tmp_path):
    made = bundled("pictures")
    requirements = made.bundle.folder / "requirements.txt"
    command = [sys.executable, "-m", "pip", "--python", empty_python, "install", "--quiet", "--no-compile"]
    done = subprocess.run([*command, "-r", str(requirements)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    asked = (
        "import importlib.util as u; print([n for n in ('torch', 'onnx', 'desktop_app', 'PySide6') if u.find_spec(n)])"
    )
    installed = subprocess.run([empty_python, "-c", asked], cwd=tmp_path, capture_output=True, text=True)
    assert installed.stdout.strip() == "[]"

    checked = run_program(made.bundle.folder, program="check.py", python=empty_python)
    predicted = run_program(made.bundle.folder, Path(made.run.experiment.data.path), python=empty_python)
    table = run_program(bundled("table").bundle.folder, program="check.py", python=empty_python)

    assert (checked.status, table.status) == (0, 0), checked.err + table.err
    assert checked.out.startswith("As expected: ")
    assert len(predicted.rows) == 30
    right = sum(row["label"] == Path(row["file"]).parent.name for row in predicted.rows)
    assert right >= 27
