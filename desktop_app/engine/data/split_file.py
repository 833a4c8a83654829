"""Writes which sample is on which side of the split, for those who go on with it elsewhere."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from desktop_app.api import Samples
from desktop_app.engine.data.split import Split
from desktop_app.errors import DataError
from desktop_app.store.whole_file import replace_text


def write_split(path: Path, samples: Samples, split: Split) -> None:
    """Write one line a sample, in the order of ``samples``: its name, its class (or number), its part.

    The header is ``file,label,part``; parts are ``training``, ``validation`` and ``test``.
    Raises: ``DataError`` where the file cannot be written.
    """
    parts = dict.fromkeys(split.training.tolist(), "training")
    parts |= dict.fromkeys(split.validation.tolist(), "validation")
    parts |= dict.fromkeys(split.test.tolist(), "test")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "label", "part"))
    names = samples.names or [str(place) for place in range(len(samples))]
    labels = samples.labels.tolist()
    for place, part in sorted(parts.items()):
        writer.writerow((names[place], samples.classes[labels[place]] if samples.classes else labels[place], part))
    try:
        replace_text(path, text.getvalue())
    except (OSError, UnicodeEncodeError) as error:
        reason = getattr(error, "strerror", None) or "a file name is no valid text"
        raise DataError(f'The split cannot be written to "{path}": {reason}.') from error
