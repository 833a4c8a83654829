"""Random numbers of one's own: the same as from torch's generator, which is left alone."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import nn

from desktop_app.engine.own_randomness import own_random_numbers

DRAWN = {
    "normal_": lambda: nn.init.normal_(torch.empty(5, 5)),
    "uniform_": lambda: nn.init.uniform_(torch.empty(5, 5)),
    "truncated": lambda: nn.init.trunc_normal_(torch.empty(5, 5)),
    "orthogonal": lambda: nn.init.orthogonal_(torch.empty(5, 5)),
    "sparse": lambda: nn.init.sparse_(torch.empty(5, 5), 0.5),
    "a layer's own weights": lambda: nn.Linear(4, 3).weight.detach(),
    "randn": lambda: torch.randn(7),
    "rand": lambda: torch.rand(7),
    "randn_like": lambda: torch.randn_like(torch.empty(7)),
    "randperm": lambda: torch.randperm(9),
    "randint": lambda: torch.randint(10, (7,)),
    "randint from a number on": lambda: torch.randint(5, 10, (7,)),
    "normal": lambda: torch.normal(1.0, 2.0, (7,)),
    "bernoulli": lambda: torch.bernoulli(torch.full((9,), 0.5)),
    "multinomial": lambda: torch.multinomial(torch.ones(9), 4),
    "dropout": lambda: nn.functional.dropout(torch.ones(30)),
}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_equals_what_torchs_generator_gives_and_leaves_it_alone(name: str) -> None:
    torch.manual_seed(3)
    expected = [DRAWN[name](), DRAWN[name]()]
    torch.manual_seed(9)
    before = torch.get_rng_state()
    with own_random_numbers(3):
        drawn = [DRAWN[name](), DRAWN[name]()]
    assert torch.equal(before, torch.get_rng_state())
    for mine, torchs in zip(drawn, expected, strict=True):
        assert torch.equal(mine, torchs)


def test_a_generator_that_was_given_is_used() -> None:
    with own_random_numbers(3):
        drawn = torch.empty(4).normal_(generator=torch.Generator().manual_seed(8))
    assert torch.equal(drawn, torch.empty(4).normal_(generator=torch.Generator().manual_seed(8)))


def test_another_thread_draws_from_torchs_generator_meanwhile() -> None:
    torch.manual_seed(5)
    expected = torch.randn(4)
    torch.manual_seed(5)
    drawn: list[torch.Tensor] = []
    with own_random_numbers(1):
        thread = threading.Thread(target=lambda: drawn.append(torch.randn(4)))
        thread.start()
        thread.join()
    assert torch.equal(drawn[0], expected)


def test_the_meta_device_draws_nothing() -> None:
    with own_random_numbers(1):
        on_meta = nn.Linear(3, 2, device="meta").weight
        expected = torch.randn(3)
    assert on_meta.device.type == "meta"
    assert torch.equal(expected, torch.randn(3, generator=torch.Generator().manual_seed(1)))
