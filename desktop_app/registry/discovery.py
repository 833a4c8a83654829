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

from desktop_app.registry.user_files import user_files

GROUP = "downslope"
BUILT_IN_PACKAGE = "desktop_app.plugins"

Source = Literal["built-in", "user", "installed"]


@dataclass(frozen=True)
class Candidate:
    """A plugin that was found and not yet imported; ``origin`` is its file or, for an entry point, its module.

    ``version`` is that of its package; a user's file says its own. ``digest`` is the SHA-256 of what was read.
    """

    name: str
    source: Source
    origin: str
    load: Callable[[], ModuleType]
    version: str = ""
    digest: str = ""

    @property
    def file(self) -> Path | None:
        """The plugin's file; that of an entry point is known once its module was imported."""
        if self.source != "installed":
            return Path(self.origin)
        file = getattr(sys.modules.get(self.origin.partition(":")[0].strip()), "__file__", None)
        return Path(file) if file else None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the plugin, or an empty text where there is no file, as in a frozen build."""
        if self.source == "user":
            return self.digest
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
    # Not imported by name: the house above this part of it re-exports the engine.
    version = importlib.import_module(BUILT_IN_PACKAGE.partition(".")[0]).__version__
    for module in built_in_modules():
        spec = importlib.util.find_spec(module)
        origin = (spec.origin if spec else None) or module
        name = module.rpartition(".")[2]
        yield Candidate(name, "built-in", origin, functools.partial(importlib.import_module, module), version)


def user_candidates(folder: Path) -> Iterator[Candidate]:
    """Yield the files and packages of the user's plugin folder, each as it was read."""
    for found in user_files(folder):
        yield Candidate(found.name, "user", str(found.file), found.load, digest=found.sha256)


def installed_candidates() -> Iterator[Candidate]:
    """Yield the plugins of installed packages."""
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: entry.name):
        version = entry.dist.version if entry.dist else ""
        yield Candidate(entry.name, "installed", entry.value, entry.load, version)
