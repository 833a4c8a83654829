"""The script that fetches onnxruntime-web: what it keeps, and what it says where it cannot."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from desktop_app.engine.export.bundle.page import runtime_folder
from desktop_app.reading.resources import resource_file

KEPT = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
# What ``npm pack`` does, without a registry: it leaves a package in the folder that is named.
NPM = """#!{python}
import shutil, sys
if {fails}:
    sys.exit("npm error ENOTFOUND the registry")
assert sys.argv[1] == "pack" and sys.argv[2].startswith("onnxruntime-web@"), sys.argv
shutil.copy({package!r}, sys.argv[sys.argv.index("--pack-destination") + 1])
"""


@pytest.fixture
def fetch(tmp_path):
    """Return what runs a copy of the script with a program of ours, or nothing, in npm's place."""
    place = tmp_path / "bundle"
    place.mkdir()
    for name in ("fetch_runtime.py", "package.json", "LICENSE-onnxruntime-web.txt"):
        shutil.copy(resource_file(f"bundle/{name}"), place / name)
    programs = tmp_path / "programs"
    programs.mkdir()

    def run(npm: str | None) -> subprocess.CompletedProcess:
        if npm is not None:
            (programs / "npm").write_text(npm)
            (programs / "npm").chmod(0o755)
        command = [sys.executable, str(place / "fetch_runtime.py")]
        return subprocess.run(command, env={**os.environ, "PATH": str(programs)}, capture_output=True, text=True)

    return run


def package(path: Path, names: tuple[str, ...]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            content = b'{"version": "1.2.3"}' if name.endswith(".json") else name.encode()
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.skipif(os.name == "nt", reason="a script without a suffix is no program on Windows")
class TestFetching:
    def test_keeps_the_files_of_a_page_and_their_licence(self, fetch, tmp_path):
        given = ("package.json", "dist/ort.all.min.js", "lib/index.ts", *(f"dist/{name}" for name in KEPT))
        made = package(tmp_path / "onnxruntime-web-1.2.3.tgz", given)

        done = fetch(NPM.format(python=sys.executable, fails=False, package=str(made)))

        assert done.returncode == 0, done.stderr
        assert "onnxruntime-web 1.2.3 lies in" in done.stderr
        runtime = tmp_path / "bundle" / "runtime"
        assert {file.name for file in runtime.iterdir()} == {*KEPT, "LICENSE.txt", "version.txt"}
        assert (runtime / "version.txt").read_text() == "1.2.3\n"
        assert "MIT License" in (runtime / "LICENSE.txt").read_text()
        assert not [path for path in (tmp_path / "bundle").iterdir() if path.name.startswith(".")]

    def test_a_package_without_them_changes_nothing(self, fetch, tmp_path):
        made = package(tmp_path / "onnxruntime-web-1.2.3.tgz", ("package.json", "dist/ort.wasm.min.mjs"))

        done = fetch(NPM.format(python=sys.executable, fails=False, package=str(made)))

        assert done.returncode == 1
        assert "could not be fetched, so bundles will have no web page" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "bundle" / "runtime").exists()

    def test_npms_own_reason_is_passed_on(self, fetch):
        done = fetch(NPM.format(python=sys.executable, fails=True, package=""))

        assert done.returncode == 1
        assert "npm error ENOTFOUND the registry" in done.stderr

    def test_without_npm_it_warns_and_is_no_failure(self, fetch):
        done = fetch(None)

        assert done.returncode == 0
        assert "npm was not found, so bundles will have no web page; install Node.js" in done.stderr


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_where_npm_is_the_runtime_was_fetched_before_the_tests():
    assert runtime_folder() is not None, "run: python resources/bundle/fetch_runtime.py (make test does)"
