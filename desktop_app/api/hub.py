"""Weights on the Hugging Face hub: whether they are in its cache, and bringing them there.

They lie where every program that uses ``huggingface_hub`` looks for them (``HF_HOME`` or ``~/.cache/huggingface``), so
that nothing is downloaded twice. The hub learns which file is asked for and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from desktop_app.errors import DataError

BytesReport = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes in all (0: not known); may raise to cancel."""

_FILES = ("model.safetensors", "pytorch_model.bin")
# The hub answers within a second where it can be reached at all.
_METADATA_SECONDS, _READ_SECONDS = 5.0, 15.0
# A download that was cancelled a moment ago may still be ending.
_LOCK_SECONDS = 3.0
_CHUNK_BYTES = 1 << 18
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ELSE = 'Connect to the internet once, or set the weights to "random" or to the path of a .safetensors or .pth file.'


def cached_weights(repository: str) -> Path | None:
    """Return the weights file of ``repository`` (``timm/resnet18.a1_in1k``) in the hub's cache, or ``None``.

    No network is used.
    """
    from huggingface_hub import try_to_load_from_cache

    for name in _FILES:
        found = try_to_load_from_cache(repository, name)
        if isinstance(found, str):
            return Path(found)
    return None


def repositories_in_cache() -> frozenset[str]:
    """Return the repositories whose weights file is in the hub's cache: one look at the folder for all of them."""
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE)
    names = [entry.name for entry in folder.glob("models--*--*")] if folder.is_dir() else []
    repositories = (name.removeprefix("models--").replace("--", "/") for name in names)
    return frozenset(repository for repository in repositories if cached_weights(repository))


def fetch_weights(repository: str, report: BytesReport = lambda done, total: None) -> Path:
    """Return the weights file of ``repository``, downloaded into the hub's cache where it is not there yet.

    What was downloaded of a file stays, and the next call goes on from there; a whole one is checked against the hub's
    SHA-256. Takes seconds to hours; where nothing can be reached it ends within some seconds.
    Raises: ``DataError`` with one sentence where the hub cannot be reached, has no such file, the disk is full, or
    another program is downloading the same; whatever ``report`` raises.
    """
    found = cached_weights(repository)
    if found is not None:
        return found
    from filelock import FileLock, Timeout
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        raise _not_fetched(repository, "they are not on this machine, and HF_HUB_OFFLINE is set")
    with _network(repository):
        name, about = _ask(repository)
    folder = Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"
    target: Path = folder / "snapshots" / about.commit_hash / name
    # Of another etag is another file: never go on with half of that one.
    partial = target.with_name(f".{_plain(about.etag)}.incomplete")
    with _disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{partial}.lock", timeout=_LOCK_SECONDS):
            _receive(repository, name, about, partial, report)
            with _disk(target):
                os.replace(partial, target)
                (folder / "refs").mkdir(exist_ok=True)
                (folder / "refs" / "main").write_text(about.commit_hash, encoding="utf-8")
    except Timeout as error:
        raise DataError(f"The weights {repository} are being downloaded already; wait until they are there.") from error
    Path(f"{partial}.lock").unlink(missing_ok=True)
    return target


def _ask(repository: str) -> tuple[str, Any]:
    """Return the name of the weights file and what the hub says of it: commit, etag and size."""
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError

    constants.HF_HUB_DISABLE_TELEMETRY = True
    for name in _FILES:
        try:
            about = get_hf_file_metadata(hf_hub_url(repository, name), timeout=_METADATA_SECONDS)
        except EntryNotFoundError:
            continue
        if not about.commit_hash or not about.etag:
            raise DataError(f"The answer of the hub about {repository} cannot be understood; try again later.")
        return name, about
    raise DataError(f"The repository {repository} on the hub has no weights file. Choose other weights.")


def _receive(repository: str, name: str, about: Any, partial: Path, report: BytesReport) -> None:
    """Bring the file to ``partial``, from where an earlier download ended, and check it."""
    there = partial.stat().st_size if partial.exists() else 0
    total = about.size or 0
    report(there, total)
    if not total or there != total:
        with _disk(partial):
            file = partial.open("ab")
        with file, closing(_chunks(repository, name, there)) as chunks:
            for chunk, begins_anew in chunks:
                with _disk(partial):
                    if begins_anew:
                        file.truncate(0)
                        there = 0
                    file.write(chunk)
                there += len(chunk)
                report(there, total)
    wrong = total and there != total
    if _SHA256.fullmatch(about.etag):
        with partial.open("rb") as whole:
            wrong = wrong or hashlib.file_digest(whole, "sha256").hexdigest() != about.etag
    if wrong:
        if there >= total:
            partial.unlink(missing_ok=True)
        raise DataError(
            f"The weights {repository} did not arrive whole ({there:,} of {total:,} bytes). Try again: "
            f"what arrived well is kept."
        )


def _chunks(repository: str, name: str, there: int) -> Generator[tuple[bytes, bool], None, None]:
    """Yield the file's bytes from ``there`` on, each with whether the hub began at the first byte after all."""
    from huggingface_hub import hf_hub_url

    utils: Any = import_module("huggingface_hub.utils")
    headers = utils.build_hf_headers(library_name="downslope")
    # Packed on the way, a file has other bytes to go on from.
    headers["Accept-Encoding"] = "identity"
    if there:
        headers["Range"] = f"bytes={there}-"
    address = hf_hub_url(repository, name)
    with (
        _network(repository),
        utils.get_session().stream(
            "GET", address, headers=headers, timeout=_READ_SECONDS, follow_redirects=True
        ) as answer,
    ):
        utils.hf_raise_for_status(answer)
        begins_anew = bool(there) and answer.status_code != 206
        for chunk in answer.iter_bytes(_CHUNK_BYTES):
            yield chunk, begins_anew
            begins_anew = False


@contextmanager
def _network(repository: str) -> Iterator[None]:
    """Turn whatever the network or the hub raises into one sentence."""
    try:
        yield
    except (DataError, GeneratorExit):
        raise
    except Exception as error:  # the HTTP library's errors have changed their home and names from version to version
        reason = _ERRNO.sub("", str(error).strip().partition("\n")[0]).rstrip(".") or type(error).__name__
        raise _not_fetched(repository, reason) from error


@contextmanager
def _disk(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{file} cannot be written: {error.strerror or error}. Make room, or choose others.") from error


def _not_fetched(repository: str, reason: str) -> DataError:
    return DataError(f"The weights {repository} could not be fetched from the hub: {reason}. {_ELSE}")


def _plain(etag: str) -> str:
    return re.sub(r"[^\w-]", "_", etag)[:80]
