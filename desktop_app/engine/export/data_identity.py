"""One number for the data of a run, so that a file can say what it was trained on: the SHA-256 of its samples."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples, Table
from desktop_app.engine.data.pictures import in_threads
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.run import Run
from desktop_app.errors import DataError
from desktop_app.registry import Registry

_FORM = "downslope samples 1"


def data_sha256(run: Run, registry: Registry, report: Callable[[float], None] = lambda share: None) -> str:
    """Return the SHA-256, hexadecimal, of all samples that a run was trained and validated on.

    Names, classes (or numbers) and contents go into it: of files their bytes, which are read piece by piece, of arrays
    and rows of a table the values. Where the folder lies, the order in which a file system lists it, and which side of
    the split a sample is on do not. It is empty where a sample is not there any more: what is left is other data.

    Args:
        report: Called with the share that is done.
    Raises: ``DataError`` where the data cannot be read.
    """
    split = run.files.read_json(run.files.split)
    return samples_sha256(load_samples(run.experiment, registry), [*split["training"], *split["validation"]], report)


def samples_sha256(
    samples: Samples, wanted: Sequence[str], report: Callable[[float], None] = lambda share: None
) -> str:
    """Return the SHA-256 of the samples of these names; see ``data_sha256``."""
    names = [str(name) for name in samples.names] or [str(place) for place in range(len(samples))]
    place_of = {name: place for place, name in enumerate(names)}
    if any(name not in place_of for name in wanted):
        return ""
    places = [place_of[name] for name in sorted(set(wanted))]
    found = hashlib.sha256(_line(_FORM, *_form(samples)))
    with contextlib.closing(_contents(samples, places)) as contents:
        for done, (place, content) in enumerate(zip(places, contents, strict=True), start=1):
            label = samples.labels[place]
            answer = samples.classes[int(label)] if samples.classes else float(label)
            found.update(_line(names[place], answer, content))
            report(done / len(places))
    return found.hexdigest()


def _form(samples: Samples) -> tuple[Any, ...]:
    """Return what all samples have in common: of a table what its columns and the numbers in them mean."""
    if not isinstance(samples.items, Table):
        return (samples.kind,)
    return samples.kind, list(samples.items.names), {name: list(it) for name, it in samples.items.vocabularies.items()}


def _contents(samples: Samples, places: Sequence[int]) -> Generator[str, None, None]:
    """Yield a digest of each sample's content."""
    items = samples.items
    if isinstance(items, Table):
        # One bit pattern for all missing values, and one for both zeros.
        values = np.where(np.isnan(items.values), np.float32(np.nan), items.values + np.float32(0.0))
        return (_digest(values[place]) for place in places)
    if isinstance(items, np.ndarray):
        return (_digest(items[place]) for place in places)
    return in_threads(lambda place: _file_digest(Path(items[place])), places)


def _digest(values: NDArray[Any]) -> str:
    found = hashlib.sha256(f"{values.dtype.str} {values.shape}".encode())
    found.update(values.tobytes())
    return found.hexdigest()


def _file_digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f'"{file}" cannot be read: {error.strerror or error}. Bring it back and try again.') from error


def _line(*parts: Any) -> bytes:
    """Return parts as one line that no other parts have; as ASCII, because a file's name need not be text."""
    return json.dumps(parts, separators=(",", ":")).encode() + b"\n"
