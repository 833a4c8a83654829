"""Writes what a benchmark measured, with the machine and the command, into ``resources/docs/measured/``."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import psutil

MEASURED = Path(__file__).resolve().parents[2] / "resources" / "docs" / "measured"
_PACKAGES = ("torch", "onnxruntime-gpu", "onnxruntime", "PySide6-Essentials", "pyqtgraph", "timm")


def write_measured(name: str, command: str, figures: dict[str, Any]) -> Path:
    """Write ``figures`` to ``NAME.json`` and return the file."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    content = {
        "measured": datetime.date.today().isoformat(),
        "command": command,
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": psutil.cpu_count(logical=False),
            "memory_gb": round(psutil.virtual_memory().total / 2**30),
        },
        "python": platform.python_version(),
        "packages": versions,
        "figures": figures,
    }
    MEASURED.mkdir(parents=True, exist_ok=True)
    file = MEASURED / f"{name}.json"
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{json.dumps(figures, indent=1)}\nwritten to {file}\n")
    return file
