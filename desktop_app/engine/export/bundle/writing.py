"""Writes the bundle of an exported file: a folder and a ZIP of it, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.engine.export.bundle.data_facts import data_facts
from desktop_app.engine.export.bundle.model_card import model_card
from desktop_app.engine.export.bundle.model_file import ModelFile
from desktop_app.engine.export.bundle.page import resizes_tall_first, runtime_folder, write_page
from desktop_app.engine.export.bundle.placing import (
    CARD,
    archive_of,
    check_free,
    put_in_place,
    write_archive,
    write_sums,
)
from desktop_app.engine.export.bundle.readme import readme
from desktop_app.engine.export.bundle.sample import Sample, write_sample
from desktop_app.engine.export.bundle.triton import model_name, write_labels, write_repository
from desktop_app.engine.export.exported import Exported
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import validation_samples
from desktop_app.errors import ExportError
from desktop_app.reading.resources import resource_file
from desktop_app.registry import Registry

Report = Callable[[str, float], None]
"""Called with the phase and the share done, 0 to 1."""


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk: its ``folder``, the ``archive`` (a ZIP) beside it, and whether the web ``page`` is in it.

    It is not where onnxruntime-web was not fetched when Downslope was built or installed.
    """

    folder: Path
    archive: Path
    page: bool


def write_bundle(
    run: Run,
    exported: Exported,
    folder: Path,
    registry: Registry,
    report: Report = lambda phase, share: None,
) -> Bundle:
    """Write everything that somebody needs to use ``exported``, which comes from ``run``, into ``folder``, and the ZIP.

    An older bundle there is replaced when the new one is whole. The same content gives the same ZIP, byte for byte.
    Raises: ``ExportError`` where the file failed its comparison or was changed since, where something else than a
        bundle lies in ``folder``, or where the disk refuses; ``DataError`` where the run's data is not there any more.
    """
    folder = folder.absolute()
    model = _checked(exported)
    try:
        check_free(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=folder.parent, prefix=f".{folder.name}.", ignore_cleanup_errors=True
        ) as near:
            made, archive = Path(near) / folder.name, Path(near) / f"{folder.name}.zip"
            made.mkdir()
            page = _fill(run, exported, model, made, registry, report)
            report("Packing", 0.8)
            write_archive(made, folder.name, archive, lambda share: report("Packing", 0.8 + share / 5))
            put_in_place(made, archive, folder)
    except OSError as error:
        raise ExportError(f"The bundle could not be written to {folder}: {error.strerror or error}.") from error
    return Bundle(folder, archive_of(folder), page)


def _checked(exported: Exported) -> ModelFile:
    """Return the exported file, opened, after a look at whether it is the one that passed."""
    if not exported.card.passed:
        raise ExportError(f"{exported.onnx} does not give the network's answers, so no bundle is made of it.")
    try:
        digest = hashlib.sha256(exported.onnx.read_bytes()).hexdigest()
    except OSError as error:
        raise ExportError(f"{exported.onnx} cannot be read: {error.strerror}; export it again.") from error
    if digest != exported.card.sha256:
        raise ExportError(f"{exported.onnx} is not the file that was compared with the network; export it again.")
    model = ModelFile.read(exported.onnx)
    for end, types in ((model.input, ("tensor(uint8)", "tensor(float)")), (model.output, ("tensor(float)",))):
        if end.type not in types:
            raise ExportError(
                f'"{end.name}" of {exported.onnx} is {end.type}, which the programs of a bundle do not do.'
            )
    return model


def _fill(run: Run, exported: Exported, model: ModelFile, made: Path, registry: Registry, report: Report) -> bool:
    """Write all files into the empty folder ``made``, and return whether the web page is among them."""
    name = run.experiment.name
    report("Copying the model", 0.0)
    shutil.copyfile(exported.onnx, made / "model.onnx")
    model = ModelFile.read(made / "model.onnx")
    _write_programs(model, made)
    report("Choosing a sample", 0.1)
    sample = write_sample(validation_samples(run, registry), model, exported.variant, made / "sample")
    report("Writing the model card", 0.5)
    _write(made / CARD, model_card(run, exported, model, data_facts(run, registry), registry))
    runtime = runtime_folder()
    if runtime is not None:
        report("Writing the web page", 0.6)
        write_page(name, model, run.task.target, sample, runtime, made / "web")
    served = model_name(run.folder.name)
    write_repository(model, served, made / "triton")
    _write_readme(name, model, sample, served, runtime is not None, made)
    write_sums(made)
    return runtime is not None


def _write_programs(model: ModelFile, made: Path) -> None:
    kind = "pictures" if model.takes_pictures else "table"
    programs = {
        f"predict_{kind}.py": "predict.py",
        "check.py": "check.py",
        "requirements.txt": "requirements.txt",
    }
    if not model.takes_pictures:
        programs["cells.py"] = "cells.py"
    for source, target in programs.items():
        shutil.copyfile(resource_file(f"bundle/{source}"), made / target)
    if model.takes_pictures:  # the Pillow that resizes to the same bytes
        pillow = "pillow>=13,<14" if resizes_tall_first() else "pillow>=11.3,<13"
        with (made / "requirements.txt").open("a", encoding="utf-8", newline="\n") as requirements:
            requirements.write(f"{pillow}\n")
    if labels := model.metadata.labels:
        write_labels(labels, made / "labels.txt")
        _write(made / "labels.json", json.dumps(labels, ensure_ascii=False, indent=1) + "\n")


def _write_readme(name: str, model: ModelFile, sample: Sample, served: str, page: bool, made: Path) -> None:
    _write(made / "README.md", readme(name, model, sample, served, page))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
