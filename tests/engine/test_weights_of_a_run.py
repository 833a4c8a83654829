"""A training says what its weights file gave, downloads what is missing, and can be cancelled while it does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import save_file
from small_hub import small_hub

from desktop_app.engine.events import Event, PhaseStarted, WeightsLoaded
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.networks.fetching import DOWNLOADING
from desktop_app.engine.session import Session
from desktop_app.registry import Registry

NAME = "mobilenetv3_small_050"
Train = Callable[..., tuple[Any, list[Event], Session]]


@pytest.fixture
def train(registry: Registry, tmp_path: Path) -> Train:
    """Return what trains on eight small pictures for an epoch; gives the outcome, the events and the session."""
    generator = np.random.default_rng(0)
    for label in ("dark", "light"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for place in range(4):
            pixels = generator.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{place}.png")

    def run(weights: str, listener: Callable[[Session, Event], None] = lambda session, event: None) -> Any:
        experiment = Experiment.from_dict(
            {
                "data": {"source": "image_folder", "path": str(tmp_path / "photos"), "image_size": 32},
                "model": {"kind": "transfer", "backbone": NAME, "weights": weights, "head": [4]},
                "training": {"epochs": 1, "threads": 1},
            }
        )
        events: list[Event] = []

        def listen(event: Event) -> None:
            events.append(event)
            listener(session, event)

        session = Session(experiment, registry, tmp_path / "runs", listen)
        session.start()
        return session.wait(), events, session

    return run


def test_a_file_that_fits_but_for_a_little_trains_and_says_so(train: Train, tmp_path: Path) -> None:
    state = {f"module.{name}": tensor for name, tensor in timm.create_model(NAME).state_dict().items()}
    del state["module.bn1.bias"]
    torch.save({"state_dict": state}, tmp_path / "weights.pth")

    outcome, events, _ = train(str(tmp_path / "weights.pth"))

    assert outcome.status == "finished"
    [loaded] = [event for event in events if isinstance(event, WeightsLoaded)]
    assert not loaded.complete
    assert loaded.text.startswith("Weights from weights.pth: ")
    assert "the rest stays random: 1 missing (bn1.bias)" in loaded.text


def test_a_file_of_another_network_ends_the_training_in_its_own_sentence(train: Train, tmp_path: Path) -> None:
    save_file(timm.create_model("resnet10t").state_dict(), tmp_path / "weights.safetensors")

    outcome, events, _ = train(str(tmp_path / "weights.safetensors"))

    assert outcome.status == "failed"
    assert outcome.reason.startswith(
        f"The weights in {tmp_path / 'weights.safetensors'} do not fit this network: 0 of "
    )
    assert not [event for event in events if isinstance(event, WeightsLoaded)]
    assert not (tmp_path / "runs").exists()


def test_what_is_missing_is_downloaded_before_the_training(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file(timm.create_model(NAME).state_dict(), tmp_path / "weights.safetensors")
    with small_hub(monkeypatch, tmp_path / "hub") as hub:
        hub.files["timm/mobilenetv3_small_050.lamb_in1k/model.safetensors"] = (
            tmp_path / "weights.safetensors"
        ).read_bytes()

        outcome, events, _ = train("pretrained")

        assert outcome.status == "finished"
        assert PhaseStarted(DOWNLOADING) in events
        assert len(hub.asked) == 1


def test_a_stop_ends_the_download(train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_hub(monkeypatch, tmp_path / "hub") as hub:
        hub.files["timm/mobilenetv3_small_050.lamb_in1k/model.safetensors"] = bytes(3_000_000)

        def stop(session: Session, event: Event) -> None:
            if event == PhaseStarted(DOWNLOADING):
                session.stop()

        outcome, _, _ = train("pretrained", stop)

    assert outcome.status == "stopped"
    assert not list((tmp_path / "hub").rglob("*.safetensors"))
