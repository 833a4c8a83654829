"""The walls of the house stand, and would fall over a wrong import."""

import ast
import os
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

# One line that breaks each contract of pyproject.toml, and the file it is added to.
WRONG_IMPORTS = {
    "Only the window knows Qt": ("desktop_app/engine/pace.py", "from PySide6 import QtCore"),
    "The command line imports Qt only by way of the window": ("desktop_app/command/report.py", "import pyqtgraph"),
    "Reading and inference run without torch and without the rest of the house": (
        "desktop_app/inference/providers.py",
        "import torch",
    ),
    "Arrows run one way": ("desktop_app/registry/catalogue.py", "from desktop_app.engine import pace"),
    "Plugins know only the API": ("plugins/optimizers/adam.py", "from desktop_app.store import checkpoints"),
}
QT = ("PySide6", "shiboken6", "pyqtgraph", "qtawesome", "PyQt6", "PyQt5")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    return subprocess.run(
        [program, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_every_contract_is_kept(root: Path) -> None:
    done = lint(root)

    assert done.returncode == 0, done.stdout
    assert " 0 broken." in done.stdout


def test_every_contract_has_a_wrong_import_that_breaks_it(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))

    assert {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]} == set(WRONG_IMPORTS)


@pytest.mark.parametrize("contract", WRONG_IMPORTS)
def test_a_wrong_import_breaks_its_contract(contract: str, copy: Path) -> None:
    name, line = WRONG_IMPORTS[contract]
    file = copy / name
    # Inside a function too: an import that waits is an import.
    file.write_text(f"{file.read_text(encoding='utf-8')}\n\ndef wrong():\n    {line}\n", encoding="utf-8")

    done = lint(copy)

    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout


def imported_names(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_no_file_outside_the_window_imports_qt(root: Path) -> None:
    files = [
        file
        for folder in ("desktop_app", "plugins")
        for file in (root / folder).rglob("*.py")
        if not file.is_relative_to(root / "desktop_app" / "window")
    ]

    assert len(files) > 100
    assert [str(file) for file in files if imported_names(file) & set(QT)] == []


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("desktop_app.inference.prediction", ["torch", "timm", "PySide6", "desktop_app.api", "desktop_app.engine"]),
        ("desktop_app.reading.tables", ["torch", "PySide6", "desktop_app.api", "onnxruntime"]),
        ("desktop_app.engine.session", ["PySide6", "pyqtgraph", "desktop_app.window"]),
        ("desktop_app.registry", ["PySide6", "torch", "desktop_app.engine"]),
        ("desktop_app.store.metrics", ["torch", "PySide6", "desktop_app.api"]),
        ("desktop_app.window.frame", ["torch", "timm", "onnx", "sklearn"]),
    ],
)
def test_a_process_that_imports_one_part_does_not_load_what_it_must_not_know(module: str, forbidden: list[str]) -> None:
    program = f"import sys, {module}; print([name for name in {forbidden} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
