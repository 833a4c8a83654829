"""Weights come from the hub once, go on where a download ended, and a hub out of reach costs seconds and a sentence."""

import socket
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from small_hub import COMMIT, SmallHub, point_at, put_into_cache, small_hub

from desktop_app.api import DataError, cached_weights, fetch_weights
from desktop_app.api.hub import repositories_in_cache

REPOSITORY = "timm/tiny.in1k"
FILE = f"{REPOSITORY}/model.safetensors"
CONTENT = bytes(range(256)) * 4096  # 1 MiB, in more than one piece


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[SmallHub]:
    with small_hub(monkeypatch, cache) as made:
        made.files[FILE] = CONTENT
        yield made


def partials(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.incomplete"))


def test_a_file_is_fetched_with_its_bytes_reported_and_lies_where_the_hub_keeps_its_own(
    hub: SmallHub, cache: Path
) -> None:
    told: list[tuple[int, int]] = []

    found = fetch_weights(REPOSITORY, lambda done, total: told.append((done, total)))

    assert found.read_bytes() == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert told == sorted(told)
    assert len(told) > 2
    assert cached_weights(REPOSITORY) == found
    assert huggingface_hub.hf_hub_download(REPOSITORY, "model.safetensors", local_files_only=True) == str(found)
    assert not partials(cache)


def test_what_is_here_is_not_asked_for(hub: SmallHub) -> None:
    first = fetch_weights(REPOSITORY)
    hub.agents.clear()

    assert fetch_weights(REPOSITORY) == first
    assert not hub.agents


def test_an_older_file_is_taken_where_there_are_no_safetensors(hub: SmallHub) -> None:
    hub.files = {f"{REPOSITORY}/pytorch_model.bin": CONTENT}

    assert fetch_weights(REPOSITORY).name == "pytorch_model.bin"


class CancelledError(Exception):
    pass


def test_a_cancelled_download_goes_on_where_it_ended(hub: SmallHub, cache: Path) -> None:
    def until_half(done: int, total: int) -> None:
        if done >= total // 2:
            raise CancelledError

    with pytest.raises(CancelledError):
        fetch_weights(REPOSITORY, until_half)
    assert cached_weights(REPOSITORY) is None
    [partial] = partials(cache)
    there = partial.stat().st_size
    assert len(CONTENT) // 2 <= there < len(CONTENT)
    told: list[int] = []

    found = fetch_weights(REPOSITORY, lambda done, total: told.append(done))

    assert hub.asked == [None, f"bytes={there}-"]
    assert told[0] == there
    assert found.read_bytes() == CONTENT


def test_a_broken_connection_is_told_and_what_came_is_kept(hub: SmallHub, cache: Path) -> None:
    hub.cut_after = 300_000
    with pytest.raises(DataError, match="could not be fetched from the hub"):
        fetch_weights(REPOSITORY)
    kept = partials(cache)[0].stat().st_size
    assert 0 < kept <= 300_000
    hub.cut_after = None

    assert fetch_weights(REPOSITORY).read_bytes() == CONTENT
    assert hub.asked[-1] == f"bytes={kept}-"


def test_a_hub_that_heeds_no_ranges_begins_anew(hub: SmallHub) -> None:
    hub.cut_after = 300_000
    with pytest.raises(DataError):
        fetch_weights(REPOSITORY)
    hub.cut_after, hub.ranges = None, False

    assert fetch_weights(REPOSITORY).read_bytes() == CONTENT


def test_a_file_with_other_bytes_than_promised_is_thrown_away(hub: SmallHub, cache: Path) -> None:
    hub.etag = "0" * 64

    with pytest.raises(DataError, match="did not arrive whole"):
        fetch_weights(REPOSITORY)
    assert cached_weights(REPOSITORY) is None
    assert not partials(cache)


def test_a_repository_without_weights_is_named(hub: SmallHub) -> None:
    hub.files.clear()

    with pytest.raises(DataError, match=r"timm/tiny\.in1k on the hub has no weights file"):
        fetch_weights(REPOSITORY)


def test_the_hub_is_told_no_more_than_which_program_asks(hub: SmallHub) -> None:
    fetch_weights(REPOSITORY)

    assert not [agent for agent in hub.agents if "torch" in agent or "session_id" in agent]


def test_a_hub_out_of_reach_is_one_sentence_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    with socket.socket() as unused:  # bound and not listening: nothing answers there
        unused.bind(("127.0.0.1", 0))
        point_at(monkeypatch, f"http://127.0.0.1:{unused.getsockname()[1]}", cache)

        with pytest.raises(DataError) as caught:
            fetch_weights(REPOSITORY)

    said = str(caught.value)
    assert said.startswith("The weights timm/tiny.in1k could not be fetched from the hub: ")
    assert said.endswith('Connect to the internet once, or set the weights to "random" or to the path of a '
                         ".safetensors or .pth file.")  # fmt: skip
    assert "\n" not in said
    huggingface_hub.close_session()


def test_offline_mode_is_honoured(monkeypatch: pytest.MonkeyPatch, hub: SmallHub) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)

    with pytest.raises(DataError, match="HF_HUB_OFFLINE is set"):
        fetch_weights(REPOSITORY)
    assert not hub.agents


def test_weights_that_another_program_fetched_are_found(
    monkeypatch: pytest.MonkeyPatch, cache: Path, tmp_path: Path
) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", cache)
    (tmp_path / "weights").write_bytes(b"weights")
    link = put_into_cache(cache, REPOSITORY, tmp_path / "weights")
    (cache / "models--timm--half" / "snapshots" / COMMIT).mkdir(parents=True)

    assert cached_weights(REPOSITORY) == link
    assert fetch_weights(REPOSITORY) == link
    assert repositories_in_cache() == {REPOSITORY}


def test_an_empty_cache_holds_nothing(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", cache)

    assert repositories_in_cache() == frozenset()
    assert cached_weights(REPOSITORY) is None
