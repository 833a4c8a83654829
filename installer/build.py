"""Build the application: ``python -m installer.build [--build DIR] [--dist DIR]``.

The steps: install the project as a wheel into a folder of its own, freeze it with PyInstaller (one folder), add the
desktop entry and the icons, pack a portable archive, and put the finished program to the test. The environment it runs
in holds Downslope's dependencies and the ``installer`` extra. The torch that is found there is the one that is bundled:
an environment with a CPU-only torch gives a smaller program, without CUDA.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from importlib.metadata import Distribution
from pathlib import Path

from installer.portable import add_desktop_files, pack
from installer.smoke_test import smoke_test

ROOT = Path(__file__).resolve().parents[1]
# What the wheel is made from. It is copied first: setuptools would leave build/ and *.egg-info in the checkout, and
# would put files that have since been deleted into the wheel.
_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "desktop_app", "plugins", "resources")


def main() -> int:
    """Build and test; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m installer.build", description="Build the Downslope application.")
    parser.add_argument("--build", type=Path, default=ROOT / "build", metavar="DIR", help="for what lies between")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", metavar="DIR", help="for the result")
    parser.add_argument("--no-archive", action="store_true", help="leave the portable archive out")
    parser.add_argument("--no-smoke-test", action="store_true", help="leave the test of the finished program out")
    arguments = parser.parse_args()
    build, dist = arguments.build.resolve(), arguments.dist.resolve()

    began = time.monotonic()
    site = install_wheel(build)
    program = freeze(site, build, dist)
    if sys.platform == "linux":
        add_desktop_files(program, site)
    _say(f"Built {program} in {time.monotonic() - began:.0f} s.")
    if not arguments.no_archive:
        began = time.monotonic()
        archive = pack(program, version(site))
        _say(f"Packed {archive}, {archive.stat().st_size / 1e9:.2f} GB, in {time.monotonic() - began:.0f} s.")
    return 0 if arguments.no_smoke_test else smoke_test(program)


def install_wheel(build: Path) -> Path:
    """Install the project as a real wheel, and the program's first file, into ``build/site``; return that folder."""
    source, site = build / "source", build / "site"
    for folder in (source, site):
        shutil.rmtree(folder, ignore_errors=True)
    for name in _SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            source.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-compile"]
    _run([*pip, "--target", str(site), str(source)], build)
    # Beside the package: PyInstaller looks for packages in the first script's folder first.
    shutil.copy2(ROOT / "installer" / "start.py", site)
    for record in site.glob("downslope-*.dist-info/direct_url.json"):
        record.unlink()  # it names the folder that the wheel was built in
    return site


def freeze(site: Path, build: Path, dist: Path) -> Path:
    """Let PyInstaller make the one-folder program from the wheel in ``site``; return the program's folder."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", str(build / "pyinstaller"), "--distpath", str(dist)]
    command += [str(ROOT / "installer" / "downslope.spec"), "--", str(site)]
    # Not in the checkout: Python would look for packages in the folder it is started in.
    _run(command, build)
    return dist / "downslope"


def version(site: Path) -> str:
    """Return the version of the wheel in ``site``."""
    return Distribution.at(next(site.glob("downslope-*.dist-info"))).version


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
