"""Where plugins are: candidates from the three sources, found without importing any of them."""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal

GROUP = "downslope"
BUILT_IN_PACKAGE = "desktop_app.plugins"
_USER_PACKAGE = "downslope_user_plugins"

Source = Literal["built-in", "user", "installed"]


@dataclass(frozen=True)
class Candidate:
    """A plugin that was found and not yet imported; ``origin`` is its file or, for an entry point, its module."""

    name: str
    source: Source
    origin: str
    load: Callable[[], ModuleType]

    @property
    def file(self) -> Path | None:
        """The plugin's file; that of an entry point is known once its module was imported."""
        if self.source != "installed":
            return Path(self.origin)
        file = getattr(sys.modules.get(self.origin.partition(":")[0].strip()), "__file__", None)
        return Path(file) if file else None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the plugin's file, or an empty text where there is no file, as in a frozen build."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest() if self.file and self.file.is_file() else ""


def candidates(user_folder: Path) -> Iterator[Candidate]:
    """Yield every plugin there is: built in, then the user's, then installed ones, each source sorted by name."""
    yield from built_in_candidates()
    yield from user_candidates(user_folder)
    yield from installed_candidates()


def built_in_modules() -> list[str]:
    """Return the module names of the built-in plugins, sorted; the installer bundles exactly these."""
    package = importlib.import_module(BUILT_IN_PACKAGE)
    found = []
    for folder in pkgutil.iter_modules(package.__path__, f"{BUILT_IN_PACKAGE}."):
        if folder.ispkg:
            path = importlib.import_module(folder.name).__path__
            found += [module.name for module in pkgutil.iter_modules(path, f"{folder.name}.")]
    return sorted(found)


def built_in_candidates() -> Iterator[Candidate]:
    """Yield the plugins that travel with Downslope, through the import system, so that frozen builds find them too."""
    for module in built_in_modules():
        spec = importlib.util.find_spec(module)
        origin = (spec.origin if spec else None) or module
        name = module.rpartition(".")[2]
        yield Candidate(name, "built-in", origin, functools.partial(importlib.import_module, module))


def user_candidates(folder: Path) -> Iterator[Candidate]:
    """Yield the files and packages of the user's plugin folder; names that start with ``_`` or ``.`` are left out."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("_", ".")):
            continue
        file = path / "__init__.py" if path.is_dir() else path
        if file.suffix == ".py" and file.is_file():
            yield Candidate(path.stem, "user", str(file), functools.partial(_import_file, file, path.stem))


def installed_candidates() -> Iterator[Candidate]:
    """Yield the plugins of installed packages."""
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        yield Candidate(entry.name, "installed", entry.value, entry.load)


def _import_file(file: Path, name: str) -> ModuleType:
    """Import a file that lies outside the import path, afresh at each call."""
    module_name = f"{_USER_PACKAGE}.{name}"
    for known in [known for known in sys.modules if known.startswith(f"{module_name}.")]:
        del sys.modules[known]  # the modules inside a package are to be read afresh too
    search = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(module_name, file, submodule_search_locations=search)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pickling look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[module_name]
        raise
    return module
