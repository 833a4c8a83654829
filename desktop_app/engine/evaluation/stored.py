"""Predictions kept in a run's folder, so that they are there at once the next time, for the same weights only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.engine.evaluation.predictions import Part, Predictions
from desktop_app.engine.run import Run
from desktop_app.errors import RunError

_FORM = 1


def weights_digest(run: Run) -> str:
    """Return the SHA-256 of the run's best checkpoint. Raises ``RunError`` where there is none."""
    try:
        with run.files.best.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"There is no checkpoint {run.files.best}; train the run first.") from error


def predictions_file(run: Run, part: Part) -> Path:
    """Return where the predictions of one part of the data are kept."""
    return run.folder / f"predictions-{part}.npz"


def save_predictions(run: Run, digest: str, found: Predictions, extra: dict[str, Any] | None = None) -> None:
    """Keep ``found``; the file is at any moment the whole old or the whole new one.

    ``extra`` holds plain values that go with it. A disk that refuses is no harm: they are computed again.
    """
    about = {
        "form": _FORM,
        "weights": digest,
        "part": found.part,
        "names": found.names,
        "classes": found.classes,
        "extra": extra or {},
    }
    path = predictions_file(run, found.part)
    beside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with beside.open("wb") as file:
            # As ASCII: file names that are no text survive as escapes.
            np.savez_compressed(file, about=np.array(json.dumps(about)), targets=found.targets, answers=found.answers)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def load_predictions(run: Run, digest: str, part: Part) -> tuple[Predictions, dict[str, Any]] | None:
    """Return what was kept for these weights with its extra values, or ``None`` where there is nothing usable."""
    try:
        path = predictions_file(run, part)
        # Opened here: NumPy leaves a broken file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            about = json.loads(str(content["about"]))
            if about["form"] != _FORM or about["weights"] != digest or about["part"] != part:
                return None
            targets, answers = content["targets"], content["answers"]
        found = Predictions(part, tuple(about["names"]), tuple(about["classes"]), targets, answers)
        if not len(found.names) == len(targets) == len(answers) or answers.ndim != 2:
            return None
        return found, dict(about["extra"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
