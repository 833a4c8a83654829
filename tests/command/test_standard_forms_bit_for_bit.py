"""``downslope train`` with a standard form ends at the very weights of a loop written by hand with ``torch.optim``."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from like_torch import LIKE_TORCH, in_words
from sklearn.datasets import load_digits
from torch import nn

from desktop_app import Run

SEED, EPOCHS, BATCH = 3, 2, 32


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Compute on one thread, as the experiment does: sums over several end in other bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network() -> nn.Sequential:
    """Return the digits' mlp as the experiment draws it: He's weights, and biases of 0."""
    torch.manual_seed(SEED)
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    for layer in (module[1], module[3]):
        nn.init.normal_(layer.weight, 0.0, math.sqrt(2.0 / layer.in_features))
        nn.init.zeros_(layer.bias)
    return module


def order(samples: int, epoch: int) -> list[torch.Tensor]:
    """Return an epoch's batches: a permutation drawn from the seed, the stage (0) and the epoch, cut into batches."""
    seed = int(np.random.SeedSequence((SEED, 0, epoch)).generate_state(1, np.uint64)[0] >> np.uint64(1))
    return list(torch.randperm(samples, generator=torch.Generator().manual_seed(seed)).split(BATCH))


def trained_by_hand(run: Run, make: Callable[[Any], torch.optim.Optimizer]) -> nn.Sequential:
    """Train on the run's training samples as anybody would, with an optimizer of torch's."""
    digits = load_digits()
    places = [int(name.split()[1]) for name in run.files.read_json(run.files.split)["training"]]
    values = torch.from_numpy(digits.data[places].astype(np.float32))
    _, preprocessing = run.load_network("last")
    inputs, targets = preprocessing(values), torch.from_numpy(digits.target[places])
    module = network()
    optimizer = make(module.parameters())
    for epoch in range(EPOCHS):
        for batch in order(len(places), epoch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(module(inputs[batch]), targets[batch]).backward()
            optimizer.step()
    return module


@pytest.mark.parametrize(
    ("name", "hyper", "make"), LIKE_TORCH, ids=[in_words(name, hyper) for name, hyper, _ in LIKE_TORCH]
)
def test_the_command_trains_as_torch_does(downslope, write_experiment, tmp_path, name, hyper, make) -> None:
    file = write_experiment(
        model={"kind": "mlp", "layers": [16], "normalization": "none"},
        training={
            "epochs": EPOCHS,
            "batch_size": BATCH,
            "seed": SEED,
            "threads": 1,
            "device": "cpu",
            "optimizer": {"name": name, **hyper},
        },
    )

    said = downslope("train", file, "--out", tmp_path, "--json")

    assert said.status == 0, said.err
    run = Run.open(said.json["run"])
    ended, by_hand = run.load_network("last")[0], trained_by_hand(run, make)
    pairs = list(zip(ended.parameters(), by_hand.parameters(), strict=True))
    assert [tuple(ours.shape) for ours, _ in pairs] == [(16, 64), (16,), (10, 16), (10,)]
    assert all(torch.equal(ours, theirs) for ours, theirs in pairs)
    assert not any(torch.equal(ours, drawn) for (ours, _), drawn in zip(pairs, network().parameters(), strict=True))
