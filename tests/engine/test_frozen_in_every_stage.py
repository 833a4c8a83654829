"""Frozen means frozen in every kind of stage, and each kind goes on bit for bit where it was cut."""

import numpy as np
import pytest
import torch
from PIL import Image

from desktop_app.engine.events import StageStarted
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.prepare import prepare
from desktop_app.engine.stage import StageMaker
from desktop_app.store.checkpoints import load_checkpoint

SMALL = {"training__epochs": 1, "training__batch_size": 8}


KINDS = {
    "fine-tuning": {"fine_tuning__epochs": 1, "fine_tuning__unfreeze_last": 3},
    "gradual": {
        "fine_tuning__epochs": 3,
        "fine_tuning__unfreeze_last": 6,
        "fine_tuning__gradual": True,
        "fine_tuning__layer_decay": 0.5,
    },
    "adapters": {"fine_tuning__epochs": 1, "fine_tuning__unfreeze_last": 3, "model__adapters": 2},
    "gradual adapters": {
        "fine_tuning__epochs": 3,
        "fine_tuning__unfreeze_last": 6,
        "fine_tuning__gradual": True,
        "fine_tuning__layer_decay": 0.7,
        "model__adapters": 2,
    },
}
CASES = [
    ("test_vit", "fine-tuning"),
    ("test_vit", "gradual"),
    ("test_vit", "adapters"),
    ("test_vit", "gradual adapters"),
    ("resnet18", "fine-tuning"),
    ("resnet18", "gradual"),
    ("efficientnet_lite0", "gradual"),
]


@pytest.fixture(scope="module")
def make(experiment_of, tmp_path_factory):
    """Return a maker of experiments on 24 small pictures to train on: 3 steps an epoch."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for name in ("dark", "light"):
        (folder / name).mkdir()
        for number in range(15):
            pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8) // (2 if name == "dark" else 1)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    data = {"source": "image_folder", "path": str(folder)}

    def made(backbone, kind):
        size = {"test_vit": 160}.get(backbone, 32)
        experiment = experiment_of("transfer", model__backbone=backbone, **SMALL, **KINDS[kind])
        content = experiment.to_dict() | {"data": data | {"image_size": size}}
        return Experiment.from_dict(content)

    return made


@pytest.mark.parametrize(("backbone", "kind"), CASES)
def test_no_bit_of_what_is_frozen_changes_and_a_cut_run_equals_its_twin(
    backbone, kind, make, train, resume, all_plugins, differences, tmp_path
):
    experiment = make(backbone, kind)
    job = prepare(experiment, all_plugins)
    network = job.model.network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    maker = StageMaker(job, lambda *done: None, dict.fromkeys(range(99), False))
    learns = []
    for plan in job.stages:
        maker.make(plan)
        learns.append({name for name, weight in network.named_parameters() if weight.requires_grad})
    steps = -(-len(job.split.training) // 8)
    ends = [sum(plan.epochs for plan in job.stages[: place + 1]) * steps for place in range(len(job.stages))]
    seen = {}

    def stop(session):
        session.stop()  # the checkpoint that it writes is the network after the step just taken

    whole = train(experiment, tmp_path / "whole").run
    cut = train(experiment, tmp_path / "cut", {ends[0]: stop})
    for place in range(len(job.stages)):
        seen[place] = load_checkpoint(cut.run.files.last)["model"]["network"]
        if place + 1 < len(job.stages):
            # In the middle of the next stage, and at its end.
            cut = resume(cut.run.folder, commands={ends[place] + 1: stop})
            assert cut.outcome.status == "stopped"
            if ends[place + 1] > ends[place] + 1:
                last = place + 2 == len(job.stages)
                cut = resume(cut.run.folder, commands={} if last else {ends[place + 1]: stop})
                assert cut.outcome.status == ("finished" if last else "stopped")

    assert differences(whole, cut.run) == []
    ours = [name for name in before if name.startswith("blocks.")]
    for place, after in seen.items():
        moved = {name for name in ours if not torch.equal(before[name], after[name])}
        assert moved == {name for name in learns[place] if name.startswith("blocks.")}, job.stages[place].name
        before = {name: value.clone() for name, value in after.items()}
    assert learns[0] == {name for name, _ in network.named_parameters() if name.startswith("head.")}
    if "adapters" in kind:
        assert all("lora_" in name for name in learns[-1] if name.startswith("blocks."))
    if "gradual" in kind:
        assert len(job.stages) > 2
        assert [len(names) for names in learns] == sorted({len(names) for names in learns})


def test_the_stages_of_a_gradual_unfreezing_are_told_apart_and_share_the_epochs(make, train, tmp_path):
    experiment = make("resnet18", "gradual").with_value("fine_tuning.epochs", 4)
    experiment = experiment.with_value("fine_tuning.unfreeze_last", 4)

    trained = train(experiment, tmp_path)

    assert [event.name for event in trained.events_of(StageStarted)] == [
        "feature extraction",
        "fine-tuning 1 of 2",
        "fine-tuning 2 of 2",
    ]
    assert trained.run.result["epochs"] == 5
    assert load_checkpoint(trained.run.files.last)["position"]["stage_epochs"] == [1, 1, 3]


def test_fewer_epochs_than_blocks_are_refused_in_a_sentence(make, train, tmp_path):
    experiment = make("resnet18", "gradual").with_value("fine_tuning.epochs", 2)

    outcome = train(experiment, tmp_path).outcome

    assert outcome.status == "failed"
    assert "the last 6 layers lie in 3 blocks" in outcome.reason
    assert "take 3 epochs or more" in outcome.reason


def test_gradual_over_one_block_is_a_plain_fine_tuning(make, all_plugins):
    experiment = make("resnet18", "gradual").with_value("fine_tuning.unfreeze_last", 2)

    assert [plan.name for plan in prepare(experiment, all_plugins).stages] == ["feature extraction", "fine-tuning"]
