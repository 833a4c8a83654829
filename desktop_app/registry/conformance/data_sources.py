"""What is asked of data sources: samples that hold together, or one sentence why there are none."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from desktop_app.api.contributions import DataSource
from desktop_app.api.samples import Samples, Table
from desktop_app.errors import DownslopeError, PluginError
from desktop_app.registry.conformance.check import Rule, RuleError

_KINDS = ("files", "pictures", "table")


def _places(folder: Path) -> Iterator[tuple[str, Path | None]]:
    """Yield what a data source may be pointed at, with its name; ``folder`` is written into."""
    yield "no path", None
    yield "a path that is not there", folder / "not there"
    empty = folder / "empty"
    empty.mkdir()
    yield "an empty folder", empty
    pictures = folder / "pictures"
    for place in range(12):
        file = pictures / ("dark", "light")[place % 2] / f"{place}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (12, 10), (20 * place, 10, 200 - 10 * place)).save(file)
    yield "a folder with a sub-folder a class", pictures
    table = folder / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["length", "width", "kind"])
        rows.writerows([place / 2, 7 - place % 5, ("long", "short")[place % 2]] for place in range(12))
    yield "a CSV table", table
    damaged = folder / "damaged.csv"
    damaged.write_bytes(b"\xff\xfe\x00damaged\n\x00\x00")
    yield "a damaged file", damaged


def loads(contribution: DataSource) -> str:
    """Return what samples there were.

    Raises: ``RuleError`` for samples that do not hold together, or where anything but ``DataError`` is raised.
    """
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for what, place in _places(Path(folder)):
            try:
                samples = contribution.create(place)
            except PluginError as error:
                if not isinstance(error.__cause__, DownslopeError):
                    raise RuleError(
                        f"given {what}, it raises {type(error.__cause__).__name__} ({error.__cause__}); raise "
                        f"DataError with a sentence that says what to do."
                    ) from error
                continue
            _check(samples, what)
            told.append(f"{what}: {len(samples)} samples in {len(samples.classes)} classes")
    return "; ".join(told) or "it needs data of its own; everything else is refused with a sentence"


def _check(samples: object, what: str) -> None:
    if not isinstance(samples, Samples):
        raise RuleError(
            f"given {what}, it returns {type(samples).__name__}, not Samples(kind, items, labels, classes)."
        )
    if samples.kind not in _KINDS:
        raise RuleError(f"given {what}, the kind is {samples.kind!r}; it must be one of {', '.join(_KINDS)}.")
    labels = np.asarray(samples.labels)
    items = _item_count(samples)
    if not len(labels) or labels.ndim != 1:
        raise RuleError(
            f"given {what}, the labels have the shape {list(labels.shape)}; one number a sample is asked for."
        )
    if items != len(labels):
        raise RuleError(f"given {what}, there are {items} items and {len(labels)} labels.")
    if samples.names and len(samples.names) != len(labels):
        raise RuleError(f"given {what}, there are {len(samples.names)} names and {len(labels)} labels.")
    _check_labels(samples, labels, what)
    places = [*(samples.validation or ()), *(samples.test or ())]
    if any(not 0 <= place < len(labels) for place in places) or len(set(places)) != len(places):
        raise RuleError(f"given {what}, validation and test name places that are not there, or one of them twice.")
    if samples.groups and len(samples.groups) != len(labels):
        raise RuleError(f"given {what}, there are {len(samples.groups)} groups and {len(labels)} labels.")


def _check_labels(samples: Samples, labels: np.ndarray, what: str) -> None:  # type: ignore[type-arg]
    if not samples.classes:
        if not np.issubdtype(labels.dtype, np.floating) or not np.isfinite(labels).all():
            raise RuleError(
                f"given {what}, there are no classes, so labels must be finite fractions, got {labels.dtype}."
            )
        return
    if len(set(samples.classes)) != len(samples.classes) or not all(isinstance(name, str) for name in samples.classes):
        raise RuleError(f"given {what}, the classes must be texts, each once, got {samples.classes!r}.")
    if not np.issubdtype(labels.dtype, np.integer):
        raise RuleError(f"given {what}, labels must be whole numbers, places in classes, got {labels.dtype}.")
    if labels.min() < 0 or labels.max() >= len(samples.classes):
        raise RuleError(f"given {what}, a label lies outside 0 to {len(samples.classes) - 1}, the places in classes.")


def _item_count(samples: Samples) -> int:
    if isinstance(samples.items, Table):
        values, names = np.asarray(samples.items.values), samples.items.names
        if samples.kind != "table" or values.ndim != 2 or values.shape[1] != len(names) or values.dtype != np.float32:
            raise RuleError(f"a table needs the kind table and float32 [rows, {len(names)}], got {values.dtype}.")
        return len(values)
    if samples.kind == "table":
        raise RuleError(f"the kind table needs a Table, got {type(samples.items).__name__}.")
    if samples.kind == "pictures":
        pictures = np.asarray(samples.items)
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3:
            raise RuleError(
                f"pictures must be uint8 [n, height, width, 3], got {pictures.dtype} {list(pictures.shape)}."
            )
    return len(samples.items)


def repeats(contribution: DataSource) -> str:
    """Return a word on loading twice. Raises: ``RuleError`` where the order changes."""
    try:
        first, again = contribution.create(None), contribution.create(None)
    except PluginError:
        return "needs data of its own"
    if not np.array_equal(first.labels, again.labels) or first.classes != again.classes:
        raise RuleError("loading twice gives other labels or another order; sort what you find.")
    return "the same samples in the same order"


def unknown_names(contribution: DataSource) -> str:
    """Return a word on options. Raises: ``RuleError`` where one that does not exist is swallowed."""
    try:
        contribution.check({"no_such_option": 1})
    except PluginError as error:
        return str(error)
    raise RuleError("an unknown option is accepted in silence.")


RULES = (
    Rule("gives samples or a sentence", loads),
    Rule("repeats itself", repeats),
    Rule("refuses bad values", unknown_names),
)
