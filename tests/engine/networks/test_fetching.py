"""Before a network is built its weights are brought here; where that cannot be, one sentence says why."""

from pathlib import Path

import pytest
import timm
from safetensors.torch import save_file
from small_hub import point_at, put_into_cache, small_hub

from desktop_app.engine.networks.fetching import DOWNLOADING, ensure_weights
from desktop_app.errors import DataError, ExperimentError
from desktop_app.registry import Registry


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(timm.create_model("resnet10t").state_dict(), file)
    return file


def test_the_bytes_are_reported_and_the_backbone_is_built_from_them(
    registry: Registry, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int, int]] = []
    with small_hub(monkeypatch, tmp_path) as hub:
        hub.files["timm/resnet10t.c3_in1k/model.safetensors"] = weights.read_bytes()

        ensure_weights(registry.backbones["resnet10t"], "pretrained", lambda *at: told.append(at))
        asked = len(hub.asked)
        registry.backbones["resnet10t"].create("pretrained")

        assert len(hub.asked) == asked == 1
    size = weights.stat().st_size
    assert told[0] == (DOWNLOADING, 0, size)
    assert told[-1] == (DOWNLOADING, size, size)
    assert len(told) > 10


def test_nothing_is_asked_for_what_is_here_or_not_needed(
    registry: Registry, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)
    put_into_cache(tmp_path, "timm/resnet10t.c3_in1k", weights)
    told: list[object] = []
    wanted = [
        ("resnet10t", "pretrained"),
        ("resnet18", "random"),
        ("resnet18", "file.pth"),
        ("efficientnet_lite0", "pretrained"),
    ]

    for name, weights_of in wanted:
        ensure_weights(registry.backbones[name], weights_of, lambda *at: told.append(at))

    assert told == []


def test_a_backbone_without_pretrained_weights_is_refused(registry: Registry) -> None:
    with pytest.raises(ExperimentError, match=r'^model\.weights: there are no pretrained weights of "botnet50ts_256"'):
        ensure_weights(registry.backbones["botnet50ts_256"], "pretrained", lambda *at: None)


def test_a_hub_out_of_reach_is_one_sentence(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path)

    with pytest.raises(DataError, match=r"^The weights timm/resnet18\.a1_in1k could not be fetched from the hub: .*"):
        ensure_weights(registry.backbones["resnet18"], "pretrained", lambda *at: None)
