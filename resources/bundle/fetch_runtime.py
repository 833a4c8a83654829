"""Fetch onnxruntime-web, which runs models in browsers: ``python resources/bundle/fetch_runtime.py``.

npm brings the newest release that ``package.json`` beside this file allows, and checks it against the registry's
digest; of its 140 MB the three files that a page needs on a processor are kept, in ``runtime/`` beside this file, which
is not committed. ``make run``, ``make test`` and ``make installer`` run this once. Without it bundles have no web page.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "onnxruntime-web"
KEPT = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def main(folder: Path = HERE / "runtime") -> int:
    """Fetch the files into ``folder`` and return the exit status; without npm nothing is done, which is no failure."""
    npm = shutil.which("npm")
    if npm is None:
        _say("npm was not found, so bundles will have no web page; install Node.js and run this again.")
        return 0
    try:
        version = _fetch(npm, folder)
    except (OSError, KeyError, tarfile.TarError) as error:
        _say(f"{PACKAGE} could not be fetched, so bundles will have no web page: {error}")
        return 1
    _say(f"{PACKAGE} {version} lies in {folder}.")
    return 0


def _fetch(npm: str, folder: Path) -> str:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][PACKAGE]
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as temporary:
        place = Path(temporary)
        command = [npm, "pack", f"{PACKAGE}@{wanted}", "--silent", "--pack-destination", temporary]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        archives = list(place.glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            raise OSError((done.stderr.strip().splitlines() or ["npm said nothing"])[-1])
        version = _unpack(archives[0], place / "runtime")
        shutil.copyfile(HERE / f"LICENSE-{PACKAGE}.txt", place / "runtime" / "LICENSE.txt")
        shutil.rmtree(folder, ignore_errors=True)
        (place / "runtime").rename(folder)
    return version


def _unpack(archive: Path, folder: Path) -> str:
    """Write what is kept into ``folder`` and return the version. Raises ``KeyError`` where a file is missing."""
    folder.mkdir()
    with tarfile.open(archive) as package:
        for name in KEPT:
            _copy(package, f"package/dist/{name}", folder / name)
        _copy(package, "package/package.json", folder / "package.json")
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    (folder / "package.json").unlink()
    version = str(about["version"])
    (folder / "version.txt").write_text(f"{version}\n", encoding="utf-8")
    return version


def _copy(package: tarfile.TarFile, member: str, to: Path) -> None:
    source = package.extractfile(member)
    if source is None:
        raise KeyError(member)
    with source, to.open("wb") as target:
        shutil.copyfileobj(source, target)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
