"""Writes a new plugin and its test from the templates that ship with Downslope: both pass as they are."""

from __future__ import annotations

import ast
import importlib.util
import keyword
import re
from pathlib import Path

from desktop_app.api.contributions import KINDS
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.folders import user_folders
from desktop_app.reading.resources import resource_file

TEST_FOLDER = "_tests"
"""Where tests lie in the plugin folder: what starts with ``_`` is no plugin."""

KIND_NAMES = tuple(kind.KIND for kind in KINDS)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Windows opens these instead of a file of the name.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def write_plugin(kind: str, name: str, folder: Path) -> tuple[Path, Path]:
    """Write the plugin ``name`` and its test, and return both paths.

    The test stands beside the plugin, or, in the user's plugin folder, in ``_tests`` below it. That the name is free
    is not looked at here; see ``refuse_taken_name``.
    Raises: ``PluginError`` for an unknown kind, a name that cannot be one, a file that is already there, and a folder
    that cannot be written to.
    """
    check_name(kind, name)
    plugin = folder / f"{name}.py"
    is_plugin_folder = folder.resolve() == user_folders().plugins.resolve()
    test = (folder / TEST_FOLDER if is_plugin_folder else folder) / f"test_{name}.py"
    for path in (plugin, test, folder / name):
        if path.exists():
            raise PluginError(f"{path} is already there and is not written over; choose another name or folder.")
    try:
        test.parent.mkdir(parents=True, exist_ok=True)
        for path, text in zip((plugin, test), _templates(kind), strict=True):
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(_named(text, kind, name))
    except OSError as error:
        raise PluginError(f"The plugin cannot be written to {folder}: {error.strerror or error}.") from error
    return plugin, test


def check_name(kind: str, name: str) -> None:
    """Raise ``PluginError`` where there is no such kind, or ``name`` cannot be the name of a plugin and its file."""
    if kind not in KIND_NAMES:
        known = ", ".join(KIND_NAMES)
        raise PluginError(f'There is no kind of plugin "{kind}". Kinds: {known}.{did_you_mean(kind, KIND_NAMES)}')
    if not _NAME.fullmatch(name):
        raise PluginError(
            f'"{name}" cannot be the name of a plugin: use small letters, digits and _, a letter first, at most 60.'
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise PluginError(f'"{name}" is a word of Python\'s own; choose another name.')
    if name in _DEVICES or importlib.util.find_spec(name) is not None:
        raise PluginError(f'"{name}" is the name of an installed Python module or a device; choose another name.')
    if {name, _class_name(name)} & {used for text in _templates(kind) for used in _identifiers(text)}:
        raise PluginError(f'"{name}" would clash with a name in the file that is written; choose another name.')


def _templates(kind: str) -> tuple[str, str]:
    """Return the text of a plugin and of its test."""
    plugin, test = (
        resource_file(f"templates/{file}").read_text(encoding="utf-8") for file in (f"{kind}.py", f"test_{kind}.py")
    )
    return plugin, test


def _identifiers(text: str) -> set[str]:
    """Return every name that a Python file binds or reads."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
    return found


def refuse_taken_name(kind: str, name: str) -> None:
    """Raise ``PluginError`` where another plugin has the name, saying which. All plugins are loaded for this."""
    from desktop_app.registry.loading import load_plugins

    for record in load_plugins().plugins:
        if (kind, name) in record.things:
            raise PluginError(
                f'The name of the {kind.replace("_", " ")} "{name}" is taken by the {record.source} plugin '
                f"{record.name} ({record.origin}); choose another."
            )


def _class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _named(text: str, kind: str, name: str) -> str:
    """Return a template with the names of its plugin in the place of those it was written with."""
    written = f"new_{kind}"
    title = " ".join(word for word in name.split("_") if word).capitalize()
    for old, new in (
        (written.replace("_", " ").capitalize(), title),
        (_class_name(written), _class_name(name)),
        (written, name),
    ):
        text = text.replace(old, new)
    return text
