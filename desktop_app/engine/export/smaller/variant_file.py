"""Writes a smaller variant of an exported file: the same metadata, but for the variant's name."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import onnx

from desktop_app.engine.export.proof.parity_card import Variant
from desktop_app.errors import ExportError
from desktop_app.inference.metadata import Origin

_ORIGIN = "downslope.origin"


def write_variant(model: onnx.ModelProto, of: onnx.ModelProto, variant: Variant, path: Path) -> None:
    """Write ``model``, which was made of the file ``of``, to ``path``, checked and self-contained.

    Raises: ``ExportError`` where it is not valid ONNX; ``OSError`` where the disk refuses.
    """
    model.producer_name, model.producer_version = of.producer_name, of.producer_version
    model.doc_string = ""
    # Types and shapes between the nodes follow from the graph; the tools leave some that are not true any more.
    del model.graph.value_info[:]
    _clear_notes(model)
    props = {entry.key: entry.value for entry in of.metadata_props}
    origin = Origin.from_json(props[_ORIGIN]) if _ORIGIN in props else Origin()
    props[_ORIGIN] = dataclasses.replace(origin, variant=variant).to_json()
    for key, value in props.items():
        model.metadata_props.add(key=key, value=value)
    try:
        onnx.checker.check_model(model, full_check=True)
        with path.open("wb") as file:
            file.write(model.SerializeToString(deterministic=True))
            file.flush()
            os.fsync(file.fileno())
    except (ValueError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ExportError(f"The {variant} model is not valid ONNX: {reason}.") from error


def _clear_notes(model: onnx.ModelProto) -> None:
    """Remove what the tools note for themselves."""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for entry in (*model.graph.node, *model.graph.initializer):
        entry.doc_string = ""
        del entry.metadata_props[:]
