"""Which picture is which, by content; files that are known are not read to find out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from desktop_app.engine.data.feature_cache import FeatureCache, KnownFile
from desktop_app.engine.data.feature_keys import content_names
from desktop_app.engine.data.pictures import in_threads
from desktop_app.engine.data.sources import FromFiles, Source

_BATCH = 32


def sample_names(source: Source, cache: FeatureCache, report: Callable[[int], None]) -> list[bytes]:
    """Return the name of each sample's content, see ``content_names``.

    ``report`` is called with the number of samples that were looked at and may raise to cancel. Of pictures that lie in
    memory the names take a second for 10,000; of those that are streamed from files, one that has the path, size and
    time of last change that it had before is known.
    """
    known: list[bytes | None] = [None] * len(source)
    files: dict[int, KnownFile] = {}
    rule = ""
    if isinstance(source, FromFiles):
        rule = source.to.model_dump_json()
        present = {place: known_file(file) for place, file in enumerate(source.files)}
        files = {place: file for place, file in present.items() if file is not None}
        for place, name in zip(files, cache.recall_files(list(files.values()), rule), strict=True):
            known[place] = name
    unknown = torch.tensor([place for place, name in enumerate(known) if name is None], dtype=torch.int64)
    done = len(source) - len(unknown)
    batches = torch.split(unknown, _BATCH) if len(unknown) else ()
    for batch, names in zip(batches, in_threads(content_names, source.batches(batches)), strict=True):
        for place, name in zip(batch.tolist(), names, strict=True):
            known[place] = name
        named = [(files[place], name) for place, name in zip(batch.tolist(), names, strict=True) if place in files]
        if named:
            cache.remember_files([file for file, _ in named], rule, [name for _, name in named])
        done += len(batch)
        report(done)
    return [name for name in known if name is not None]


def known_file(item: object) -> KnownFile | None:
    """Return what tells whether a file is still what it was; ``None`` for what is no file, or is gone."""
    if not isinstance(item, str | Path):
        return None
    path = Path(item).absolute()
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return KnownFile(str(path), found.st_size, found.st_mtime_ns)
