"""The wheel holds one package, and all of it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

INTO = {
    "desktop_app": Path("desktop_app"),
    "plugins": Path("desktop_app/plugins"),
    "resources": Path("desktop_app/resources"),
}


@pytest.fixture
def wheel(copy: Path) -> Path:
    """Build the wheel as pip does, with the setuptools of the ``test`` extra and no index at all."""
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    out = copy / "dist"
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", ".", *options, "--wheel-dir", str(out)],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.iterdir()
    return built


def belongs_inside(file: Path) -> bool:
    """Code of the package and the plugins; of the resources everything but what tools leave behind."""
    if "__pycache__" in file.parts or any(part.startswith(".") for part in file.parts):
        return False
    return file.parts[0] == "resources" or file.suffix == ".py" or file.name == "py.typed"


def test_the_wheel_holds_one_package_with_every_file_of_the_repository(wheel: Path, copy: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if not name.endswith("/")}
        (entry_points,) = [name for name in inside if name.endswith(".dist-info/entry_points.txt")]
        commands = archive.read(entry_points).decode()
    metadata = {name for name in inside if ".dist-info/" in name}

    assert {name.partition("/")[0] for name in inside - metadata} == {"desktop_app"}
    expected = {
        (target / file.relative_to(copy / source)).as_posix()
        for source, target in INTO.items()
        for file in (copy / source).rglob("*")
        if file.is_file() and belongs_inside(file.relative_to(copy))
    }
    assert len(expected) > 200
    assert inside - metadata == expected
    assert "downslope = desktop_app.command:main" in commands
    assert "downslope-gui = desktop_app.__main__:window_main" in commands


def test_the_package_runs_from_the_wheel_alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(elsewhere)
    program = (
        "import desktop_app, sys\n"
        f"assert desktop_app.__file__.startswith({str(elsewhere)!r}), desktop_app.__file__\n"
        "from desktop_app.registry.discovery import built_in_modules\n"
        "from desktop_app.reading.resources import resource_file\n"
        "assert resource_file('sample/fashion_mnist_small.zip').is_file()\n"
        "print(len(built_in_modules()))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(elsewhere)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30
