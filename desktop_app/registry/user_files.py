"""The user's plugins: files and packages that lie outside the import path, read and imported afresh."""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import importlib.util
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

_MODULE = "downslope_user_plugin"
_INIT = "__init__.py"
_NAMED_DIGITS = 12
_bytecode = threading.RLock()  # a plugin may load plugins itself


@dataclass(frozen=True)
class UserFile:
    """One plugin of the user's folder as it was read: what is hashed is what is imported.

    ``file`` is the plugin's file, the ``__init__.py`` of a package. A file that cannot be read has no ``sha256``.
    """

    name: str
    file: Path
    sha256: str
    load: Callable[[], ModuleType]


def user_files(folder: Path) -> Iterator[UserFile]:
    """Yield the plugins in ``folder``, sorted by name; names that start with ``_`` or ``.`` are left out.

    A folder with Python files and no ``__init__.py`` is yielded too, and says so when it is loaded.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(("_", ".")):
            found = _read(path)
            if found is not None:
                yield found


def plugin_files(file: Path) -> list[Path]:
    """Return every Python file that belongs to the plugin whose file this is, sorted."""
    return sorted(file.parent.rglob("*.py")) if file.name == _INIT else [file]


def _read(path: Path) -> UserFile | None:
    if path.is_dir():
        file = path / _INIT
        if not file.is_file():
            return _without_init(path) if any(path.glob("*.py")) else None
    elif path.suffix == ".py":
        file = path
    else:
        return None
    name = path.stem if file is path else path.name
    try:
        content = file.read_bytes()
        sha256 = _sha256(file, content)
    except OSError as error:
        return UserFile(name, file, "", _raiser(error))
    return UserFile(name, file, sha256, lambda: _import(file, name, content, sha256))


def _sha256(file: Path, content: bytes) -> str:
    """Return the SHA-256 of a file, or that of all Python files of a package, names included."""
    files = plugin_files(file)
    if files == [file]:
        return hashlib.sha256(content).hexdigest()
    whole = hashlib.sha256()
    for one in files:
        inner = content if one == file else one.read_bytes()
        whole.update(f"{one.relative_to(file.parent).as_posix()}\0{len(inner)}\0".encode())
        whole.update(inner)
    return whole.hexdigest()


def _without_init(path: Path) -> UserFile:
    reason = f"the folder has no {_INIT}, so it is no plugin; add one, or move its files up into the plugin folder"
    return UserFile(path.name, path / _INIT, "", _raiser(ImportError(reason)))


def _raiser(error: Exception) -> Callable[[], ModuleType]:
    def load() -> ModuleType:
        raise error

    return load


class _FromBytes(importlib.machinery.SourceFileLoader):
    """Compiles what was read; Python's own loader takes old bytecode for two saves of one size within a second."""

    def __init__(self, name: str, file: Path, content: bytes) -> None:
        super().__init__(name, str(file))
        self._content = content

    def get_code(self, _name: str) -> CodeType:
        code: CodeType = self.source_to_code(self._content, self.path)
        return code


def _import(file: Path, name: str, content: bytes, sha256: str) -> ModuleType:
    """Import one version of a plugin as a module of its own.

    Its name holds the version's hash: the module of an older version stays as it is for whoever still runs it.
    """
    plain_name = re.sub(r"\W", "_", name)  # a dot would ask for a package above it
    module_name = f"{_MODULE}_{plain_name}_{sha256[:_NAMED_DIGITS]}"
    _forget(module_name)
    loader = _FromBytes(module_name, file, content)
    search = [str(file.parent)] if file.name == _INIT else None
    spec = importlib.util.spec_from_file_location(module_name, file, loader=loader, submodule_search_locations=search)
    if spec is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pickling look their module up there
    importlib.invalidate_caches()
    try:
        with _bytecode:
            # The modules inside a package come by Python's own loader: no bytecode, so that none is ever outdated.
            before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
            try:
                loader.exec_module(module)
            finally:
                sys.dont_write_bytecode = before
    except BaseException:
        _forget(module_name)
        raise
    return module


def _forget(module_name: str) -> None:
    for known in [known for known in sys.modules if known == module_name or known.startswith(f"{module_name}.")]:
        del sys.modules[known]
