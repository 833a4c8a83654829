"""Each file has one subject: it is short, says what it is, and is named after its thing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_LINES = 400
NOBODYS_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools"}


def files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((root / folder).rglob("*.py"))


def test_no_file_is_long(root: Path) -> None:
    found = list(files(root, "desktop_app", "plugins", "resources", "tests", "installer"))
    lengths = {str(file): len(file.read_text(encoding="utf-8").splitlines()) for file in found}

    assert len(lengths) > 200
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_file_says_in_its_first_lines_what_it_is(root: Path) -> None:
    silent = [
        str(file)
        for file in files(root, "desktop_app", "plugins")
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_every_module_is_named_after_its_thing(root: Path) -> None:
    assert [str(file) for file in files(root, "desktop_app", "plugins") if file.stem in NOBODYS_NAMES] == []


@pytest.mark.parametrize("call", ["eval", "exec"])
def test_nothing_evaluates_text(root: Path, call: str) -> None:
    calling = [
        str(file)
        for file in files(root, "desktop_app", "plugins")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call
    ]

    assert calling == []


def test_every_torch_load_reads_weights_only(root: Path) -> None:
    loads = [
        (str(file), [(keyword.arg, ast.unparse(keyword.value)) for keyword in node.keywords])
        for file in files(root, "desktop_app", "plugins")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load"
    ]

    assert loads
    assert [file for file, keywords in loads if ("weights_only", "True") not in keywords] == []
