"""A Hugging Face hub on the loopback address, as far as fetching weights asks for one, and entries of its cache."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest

COMMIT = "a" * 40


class SmallHub:
    """Serves ``files`` (``repository/name`` -> bytes) with ranges; ``asked`` lists each GET's range.

    ``cut_after``: the connection breaks after so many bytes. ``ranges``: whether ranges are heeded.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str | None] = []
        self.agents: list[str] = []
        self.cut_after: int | None = None
        self.ranges = True
        self.etag: str | None = None
        self.address = ""


def _handler(hub: SmallHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            hub.asked.append(self.headers.get("Range"))
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            hub.agents.append(self.headers.get("User-Agent", ""))
            content = hub.files.get(self.path.lstrip("/").replace("/resolve/main/", "/"))
            if content is None:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            asked = self.headers.get("Range") if hub.ranges else None
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("ETag", f'"{hub.etag or hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if body:
                end = len(content) if hub.cut_after is None else start + hub.cut_after
                self.wfile.write(content[start:end])

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def small_hub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[SmallHub]:
    """Run a hub that ``huggingface_hub`` asks in place of the real one, with its cache in ``cache``."""
    hub = SmallHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    point_at(monkeypatch, hub.address, cache)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        huggingface_hub.close_session()


def point_at(monkeypatch: pytest.MonkeyPatch, address: str, cache: Path) -> None:
    """Have ``huggingface_hub`` ask ``address`` and keep what it gets in ``cache``."""
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


def put_into_cache(cache: Path, repository: str, content: Path, name: str = "model.safetensors") -> Path:
    """Lay a file into the cache as ``huggingface_hub`` does: a blob, a link to it in a snapshot, and the branch."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(content.read_bytes()).hexdigest()
    blob.parent.mkdir(parents=True)
    blob.write_bytes(content.read_bytes())
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(COMMIT, encoding="utf-8")
    link = folder / "snapshots" / COMMIT / name
    link.parent.mkdir(parents=True)
    link.symlink_to(blob)
    return link
