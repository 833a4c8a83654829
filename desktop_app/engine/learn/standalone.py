"""A plugin's own source, cut down to what one of its functions or classes needs, so that it runs without Downslope.

What the plugin takes from ``desktop_app`` is put in by its source; what it takes from other packages stays an import;
its hooks are left out, and ``Annotated[float, Range(0, 1)]`` becomes ``float``. Comments and docstrings stay.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

_HOUSE = ("desktop_app", "downslope_user_plugins")


class NotStandalone(Exception):  # noqa: N818 - an answer, not a fault: the caller then shows the file as it is
    """The source cannot be cut out; the text says why."""


def module_of(maker: Callable[..., Any]) -> ModuleType:
    """Return the module that a function or class was written in.

    Raises: ``NotStandalone`` for what was made while running, such as a lambda or a function inside another.
    """
    name, path = getattr(maker, "__module__", None), getattr(maker, "__qualname__", "<made while running>")
    module = sys.modules.get(name or "")
    if module is None or "<" in path or not hasattr(module, path):
        raise NotStandalone("it is made while the plugin runs")
    return module


def is_house(module_name: str) -> bool:
    """Return whether a module is Downslope's or the user's, whose source is put in instead of imported."""
    return module_name.partition(".")[0] in _HOUSE


@dataclass(frozen=True)
class _Import:
    """``from module import name``, or ``import module`` where there is no name."""

    module: str
    name: str = ""


class _Source:
    """A module's text, and where each of its names comes from."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        try:
            with tokenize.open(inspect.getsourcefile(module) or "") as stream:
                self.text = stream.read()
            self.tree = ast.parse(self.text)
        except (OSError, TypeError, SyntaxError, UnicodeDecodeError) as error:
            raise NotStandalone(f"the source of {module.__name__} cannot be read: {error}") from error
        # Python counts columns in bytes of UTF-8.
        self.lines = [line.encode() for line in self.text.splitlines(keepends=True)]
        self.definitions: dict[str, ast.stmt] = {}
        self.imports: dict[str, _Import] = {}
        for statement in self.tree.body:
            self._read(statement)

    def _read(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self.imports.update(imports_of(statement, self.module))
        elif isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            for inner in statement.body:
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    self.imports.update(imports_of(inner, self.module))
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions[statement.name] = statement
        else:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.definitions[node.id] = statement


def imports_of(statement: ast.Import | ast.ImportFrom, module: ModuleType) -> dict[str, _Import]:
    """Return what an import binds: local name -> where it comes from."""
    if isinstance(statement, ast.Import):
        return {
            alias.asname or alias.name.partition(".")[0]: _Import(
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
            for alias in statement.names
        }
    base = statement.module or ""
    if statement.level:
        package = (module.__package__ or "").split(".")
        package = package[: len(package) - statement.level + 1]
        base = ".".join([*package, base] if base else package)
    return {alias.asname or alias.name: _Import(base, alias.name) for alias in statement.names}


@dataclass
class Standalone:
    """Collects definitions and imports. ``provided`` are names that the caller's own code defines.

    ``reserved`` are names that the caller's code uses for something else: a definition of that name is renamed.
    """

    provided: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    definitions: list[str] = field(default_factory=list)
    imports: dict[str, _Import] = field(default_factory=dict)
    _sources: dict[str, _Source] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _emitted: set[int] = field(default_factory=set)

    def take(self, maker: Callable[..., Any]) -> str:
        """Put in what ``maker`` needs; returns the name that it has then.

        Raises: ``NotStandalone`` where that cannot be done.
        """
        return self._collect(module_of(maker).__name__, maker.__qualname__)

    def add_import(self, line: str) -> None:
        """Put in an import that the caller's own code needs, such as ``from torch import nn``."""
        statement = ast.parse(line).body[0]
        assert isinstance(statement, ast.Import | ast.ImportFrom)
        self.imports.update(imports_of(statement, sys.modules[__name__]))

    def import_lines(self) -> list[str]:
        """Return the imports, those of the standard library first, a gap between the two."""
        groups: tuple[list[str], list[str]] = ([], [])
        for local, found in self.imports.items():
            if found.name:
                renamed = "" if local == found.name else f" as {local}"
                line = f"from {found.module} import {found.name}{renamed}"
            else:
                line = f"import {found.module}" + ("" if local == found.module else f" as {local}")
            groups[found.module.partition(".")[0] not in sys.stdlib_module_names].append(line)
        joined = [_joined(sorted(group, key=lambda line: (line.startswith("from"), line))) for group in groups]
        return [*joined[0], *([""] if all(joined) else []), *joined[1]]

    def _source(self, module_name: str) -> _Source:
        if module_name not in self._sources:
            self._sources[module_name] = _Source(importlib.import_module(module_name))
        return self._sources[module_name]

    def _collect(self, module_name: str, name: str) -> str:
        """Put in the definition or import behind a name of a module; returns the name it has here."""
        source = self._source(module_name)
        if name in self.provided:
            return name
        if name in source.definitions:
            key = (module_name, name)
            if key in self._names:
                return self._names[key]
            self._names[key] = self._free(name, module_name)
            self._emit(source, source.definitions[name])
            return self._names[key]
        if name in source.imports:
            return self._collect_import(name, source.imports[name], module_name)
        return self._collect_at_run_time(source.module, name)

    def _collect_import(self, local: str, found: _Import, module_name: str) -> str:
        if is_house(found.module):
            if not found.name:
                raise NotStandalone(f"{module_name} uses {found.module} as a whole")
            if (module := _submodule(found)) is not None:
                raise NotStandalone(f"{module_name} uses {module} as a whole")
            return self._collect(found.module, found.name)
        if self.imports.get(local, found) != found or local in self._names.values() or local in self.reserved:
            local = self._free(local, module_name)
        self.imports[local] = found
        return local

    def _collect_at_run_time(self, module: ModuleType, name: str) -> str:
        """Follow a name that a module's ``__getattr__`` gives, as ``desktop_app.api`` does for the readers."""
        value = getattr(module, name, None)
        home = getattr(value, "__module__", None)
        if not callable(value) or not isinstance(home, str) or home == module.__name__ or not is_house(home):
            raise NotStandalone(f"{module.__name__}.{name} has no source of its own")
        return self._collect(home, value.__name__)

    def _free(self, name: str, module_name: str) -> str:
        taken = {*self._names.values(), *self.imports, *self.reserved}
        wanted, suffix = name, module_name.rpartition(".")[2]
        while wanted in taken:
            wanted = f"{wanted}_{suffix}"
        return wanted

    def _emit(self, source: _Source, statement: ast.stmt) -> None:
        """Put in one statement, after everything that it names."""
        if id(statement) in self._emitted:
            return
        self._emitted.add(id(statement))
        edits: list[tuple[ast.expr | ast.stmt, str | None]] = []
        for node in _read_nodes(statement):
            if isinstance(node, ast.Subscript):
                edits.append((node, _bare(source, node)))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found = imports_of(node, source.module)
                if any(is_house(one.module) for one in found.values()):
                    for local, one in found.items():
                        if self._collect_import(local, one, source.module.__name__) != local:
                            raise NotStandalone(f"{local} is imported inside a function under another name")
                    edits.append((node, None))
            elif isinstance(node, ast.Name) and self._is_global(source, node.id):
                name = self._collect(source.module.__name__, node.id)
                if name != node.id:
                    edits.append((node, name))
        self.definitions.append(self._rewritten(source, statement, edits))

    @staticmethod
    def _is_global(source: _Source, name: str) -> bool:
        return name in source.definitions or name in source.imports

    def _rewritten(
        self, source: _Source, statement: ast.stmt, edits: list[tuple[ast.expr | ast.stmt, str | None]]
    ) -> str:
        """Return the statement's lines, the comment above it included, with the edits made from the end backwards."""
        first, last = _span(source, statement)
        lines = [*source.lines[first:last]]
        for node, text in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
            top, bottom = node.lineno - 1 - first, (node.end_lineno or node.lineno) - 1 - first
            if text is None:
                del lines[top : bottom + 1]
                continue
            lines[top : bottom + 1] = [
                lines[top][: node.col_offset] + text.encode() + lines[bottom][node.end_col_offset :]
            ]
        text = b"".join(lines).decode().rstrip()
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            name = self._names.get((source.module.__name__, statement.name), statement.name)
            if name != statement.name:
                keyword = "class" if isinstance(statement, ast.ClassDef) else "def"
                text = text.replace(f"{keyword} {statement.name}", f"{keyword} {name}", 1)
        return text


def _joined(lines: list[str]) -> list[str]:
    """Return import lines with those from one module in one line."""
    by_module: dict[str, list[str]] = {}
    for line in lines:
        module, separator, name = line.partition(" import ")
        by_module.setdefault(module, []).extend([name] if separator else [])
    return [f"{module} import {', '.join(names)}" if names else module for module, names in by_module.items()]


def _submodule(found: _Import) -> str | None:
    package = importlib.import_module(found.module)
    value = getattr(package, found.name, None)
    return f"{found.module}.{found.name}" if isinstance(value, ModuleType) else None


def _read_nodes(node: ast.AST, hidden: frozenset[str] = frozenset()) -> Iterator[Any]:
    """Yield imports, names that are no local variables, and ``Annotated[...]``, of which only the type is gone into."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("Annotated", "typing.Annotated"):
        yield node
        assert isinstance(node.slice, ast.Tuple)
        yield from _read_nodes(node.slice.elts[0], hidden)
        return
    if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, ast.Name) and node.id not in hidden):
        yield node
    inside = hidden
    body: list[ast.AST] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        body = [*node.body] if isinstance(node.body, list) else [node.body]
        inside = hidden | _locals(node)
    for child in ast.iter_child_nodes(node):
        # Defaults, annotations and decorators are read where the function is defined.
        yield from _read_nodes(child, inside if child in body else hidden)


def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    """Return the names of arguments and of what is bound inside, but for imports."""
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}


def _bare(source: _Source, annotated: ast.Subscript) -> str:
    assert isinstance(annotated.slice, ast.Tuple)
    return ast.get_source_segment(source.text, annotated.slice.elts[0]) or "object"


def _span(source: _Source, statement: ast.stmt) -> tuple[int, int]:
    """Return the first line (counted from 0) and the one past the last, decorators and the comment above included."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)]) - 1
    while first and source.lines[first - 1].lstrip().startswith(b"#"):
        first -= 1
    return first, statement.end_lineno or statement.lineno
