"""The bundle's web page, which runs the model in a browser with onnxruntime-web."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import PIL

from desktop_app.engine.export.bundle.model_file import ModelFile
from desktop_app.engine.export.bundle.sample import Sample
from desktop_app.errors import DataError
from desktop_app.inference.metadata import Columns
from desktop_app.reading.dates import DatePart
from desktop_app.reading.resources import resource_file

_FILES = ("index.html", "style.css", "app.mjs", "picture.mjs", "table.mjs")
_RUNTIME = (
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
    "LICENSE.txt",
    "version.txt",
)


def runtime_folder() -> Path | None:
    """Return where onnxruntime-web lies, or ``None`` where it was not fetched when Downslope was built or installed."""
    try:
        folder = resource_file("bundle/runtime")
    except DataError:
        return None
    return folder if all((folder / name).is_file() for name in _RUNTIME) else None


def resizes_tall_first() -> bool:
    """Return whether Pillow, as it is here, resizes columns before rows where that is the shorter way.

    It does since version 13 (github.com/python-pillow/Pillow/pull/9549); some pixels then differ by a step of 255.
    """
    return int(PIL.__version__.partition(".")[0]) >= 13


def write_page(name: str, model: ModelFile, target: str, sample: Sample, runtime: Path, folder: Path) -> None:
    """Write the page into ``folder``; it takes the model and the sample from the folder above."""
    (folder / "runtime").mkdir(parents=True)
    for file in _FILES:
        shutil.copyfile(resource_file(f"bundle/web/{file}"), folder / file)
    shutil.copyfile(resource_file("icons/downslope.svg"), folder / "icon.svg")
    for file in _RUNTIME:
        shutil.copyfile(runtime / file, folder / "runtime" / file)
    about = page_settings(name, model, target, sample)
    about["runtime_bytes"] = (runtime / "ort-wasm-simd-threaded.wasm").stat().st_size
    text = json.dumps(about, indent=1, ensure_ascii=False)
    (folder / "model.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def page_settings(name: str, model: ModelFile, target: str, sample: Sample) -> dict[str, Any]:
    """Return what the page has to know: what the model says about itself, and the form for a table model."""
    metadata = model.metadata
    about: dict[str, Any] = {
        "name": name,
        "kind": "pictures" if model.takes_pictures else "table",
        "purpose": _purpose(model, target),
        "labels": list(metadata.labels),
        "target": target or "prediction",
        "not_sure": model.not_sure,
        "model": "../model.onnx",
        "model_bytes": model.path.stat().st_size,
        "input": model.input.name,
        "output": model.output.name,
    }
    if metadata.resize is not None:
        about["resize"] = {**json.loads(metadata.resize.to_json()), "tallFirst": resizes_tall_first()}
        about["pixels"] = asdict(metadata.pixels)
    if metadata.columns is not None:
        about["fields"] = _fields(metadata.columns)
        about["columns"] = [_column(name, metadata.columns) for name in metadata.columns.names]
        about["vocabularies"] = {name: list(words) for name, words in metadata.columns.vocabularies.items()}
        about["sample_cells"] = sample.cells
    return about


def _purpose(model: ModelFile, target: str) -> str:
    labels = model.metadata.labels
    if not labels:
        return f"Predicts {target or 'a number'}."
    shown = ", ".join(labels[:6]) + (f" and {len(labels) - 6} more" if len(labels) > 6 else "")
    return f"Tells apart {len(labels)} classes: {shown}."


def _column(name: str, columns: Columns) -> dict[str, str]:
    """Return what a number of the model is made of: the field, and which part of its date."""
    part = None if name in columns.vocabularies else DatePart.named(name)
    return {"name": name, "of": part.column, "part": part.part} if part else {"name": name, "of": name, "part": ""}


def _fields(columns: Columns) -> list[dict[str, Any]]:
    """Return the form's fields, in the columns' order; the numbers made of one date share one field."""
    fields: dict[str, dict[str, Any]] = {}
    for name in columns.names:
        column = _column(name, columns)
        if name in columns.vocabularies:
            fields[name] = {"name": name, "kind": "choice", "words": list(columns.vocabularies[name])}
        elif not column["part"]:
            fields[name] = {"name": name, "kind": "number"}
        else:
            kind = "time" if column["part"].startswith("daily") else "date"
            known = fields.setdefault(column["of"], {"name": column["of"], "kind": kind})
            known["kind"] = "time" if "time" in (kind, known["kind"]) else "date"
    return list(fields.values())
