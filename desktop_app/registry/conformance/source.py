"""What can be said of a plugin's text without running it, and of its module without calling it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from desktop_app.api.contributions import KINDS
from desktop_app.api.markers import PROJECT
from desktop_app.errors import did_you_mean
from desktop_app.registry.conformance.check import RuleError
from desktop_app.registry.user_files import plugin_files

_HOUSE = "desktop_app"
_SEAM = "desktop_app.api"
HOOKS = tuple(kind.HOOK for kind in KINDS)


def parsed(file: Path) -> dict[Path, ast.Module]:
    """Return the syntax tree of each of the plugin's files. Raises: ``SyntaxError``, or ``OSError``."""
    return {one: ast.parse(one.read_bytes(), str(one)) for one in plugin_files(file)}


def only_the_api(file: Path) -> str:
    """Return what the plugin imports of Downslope. Raises: ``RuleError`` where it is more than ``desktop_app.api``."""
    for one, tree in parsed(file).items():
        for name, line in _imported(tree):
            inside = name == _HOUSE or name.startswith(f"{_HOUSE}.")
            if inside and name != _SEAM and not name.startswith(f"{_SEAM}."):
                raise RuleError(
                    f"it imports {name} ({one.name}, line {line}); only {_SEAM} is promised to stay as it is, "
                    f"take what you need from there."
                )
    return f"of Downslope, nothing but {_SEAM}"


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield the full name of each absolute import, wherever it stands, and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # ``from desktop_app import engine`` names a module only together with what is imported.
            joined = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from ((name, node.lineno) for name in (joined if node.module == _HOUSE else [node.module]))


def hooks_spelled_right(module: ModuleType) -> str:
    """Return the hooks that the module implements.

    Raises: ``RuleError`` for a marked function that no hook is called like, for a hook without its mark, and for none.
    """
    marked = [name for name in dir(module) if getattr(getattr(module, name, None), f"{PROJECT}_impl", None) is not None]
    unknown = next((name for name in marked if name not in HOOKS), None)
    if unknown:
        raise RuleError(f'there is no hook "{unknown}".{did_you_mean(unknown, HOOKS)}')
    unmarked = next((name for name in HOOKS if callable(getattr(module, name, None)) and name not in marked), None)
    if unmarked:
        raise RuleError(f"{unmarked} is not marked; write @hookimpl above it.")
    if not marked:
        raise RuleError(f"no function is marked @hookimpl; the hooks are {', '.join(HOOKS)}.")
    return ", ".join(marked)
