"""Optimizers of other packages: all of them appear, train as the training loop drives them, and refuse wrong names."""

import copy
import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from desktop_app.plugins.optimizers import pytorch_optimizers
from timm.optim import list_optimizers
from torch import nn

from desktop_app.api import PluginError
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.stepper import Stepper
from desktop_app.registry import Registry

# What has no default: its schedule needs the number of steps, which no hyper-parameter can guess.
NEEDED = {"pytorch_optimizer.ranger21": {"num_iterations": 100}}
# Trains only the weights that are small, which is its point.
PART_ONLY = {"pytorch_optimizer.sara"}
# Keeps a queue or objects of its own in its state; their cards say that a run cannot be resumed.
NOT_PLAIN = {"pytorch_optimizer.adashift", "pytorch_optimizer.conda", "pytorch_optimizer.scalableshampoo"}
# adashift keeps ten gradients before its first step, radam's first ones are left out.
STEPS = 12

INPUTS = torch.linspace(-2, 2, 192).reshape(32, 6)
ANSWERS = torch.arange(32) % 3


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 12), nn.Tanh(), nn.Linear(12, 3))


def stepper(registry: Registry, name: str, module: nn.Module) -> Stepper:
    chosen = PluginChoice(name=name, **NEEDED.get(name, {}))
    return Stepper(registry, chosen, PluginChoice(name="cosine"), list(module.named_parameters()), total_steps=100)


def train(module: nn.Module, driven: Stepper, steps: int = STEPS) -> None:
    for _ in range(steps):
        driven.step(lambda: nn.functional.cross_entropy(module(INPUTS), ANSWERS))


def closure_of(module: nn.Module, optimizer: torch.optim.Optimizer) -> Callable[[], torch.Tensor]:
    def closure() -> torch.Tensor:
        with torch.enable_grad():
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(module(INPUTS), ANSWERS)
            loss.backward()
        return loss

    return closure


def adapted(registry: Registry, prefix: str = "") -> list[str]:
    return [name for name in registry.optimizers if name.startswith(prefix or ("pytorch_optimizer.", "timm."))]


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    """Tensors this small gain nothing from several threads, and lose much where the processor is shared."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _hints_of_others() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*opt_einsum.*")  # timm's kron would be quicker with it
        yield


def test_every_optimizer_of_pytorch_optimizer_appears(registry: Registry) -> None:
    from pytorch_optimizer import get_supported_optimizers

    there = {name.removeprefix("pytorch_optimizer.") for name in adapted(registry, "pytorch_optimizer.")}

    assert set(get_supported_optimizers()) - there == set(pytorch_optimizers.LEFT_OUT)
    assert len(there) > 100


def test_what_is_left_out_still_does_not_work(registry: Registry) -> None:
    # When a newer package mends one of them, this says so, and it can appear.
    from pytorch_optimizer import load_optimizer

    working = []
    for name in pytorch_optimizers.LEFT_OUT:
        module = network()
        hyper = {"num_data": 32} if name == "bsam" else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                optimizer: Any = load_optimizer(name)(module.parameters(), **hyper)
                optimizer.step(closure_of(module, optimizer))
            except (RuntimeError, AttributeError, ImportError, ValueError):
                continue
        working.append(name)

    assert working == []


def test_every_optimizer_of_timm_appears_but_those_of_other_libraries(registry: Registry) -> None:
    there = {name.removeprefix("timm.") for name in adapted(registry, "timm.")}
    elsewhere = set(list_optimizers()) - there

    assert all(name.startswith(("bnb", "fused")) for name in elsewhere)  # bitsandbytes and apex, for CUDA
    assert len(there) > 80


def test_each_trains_a_small_network(registry: Registry) -> None:
    wrong = {}
    for name in adapted(registry):
        module, before = network(), network()
        train(module, stepper(registry, name, module))
        moved = [not torch.equal(a, b) for a, b in zip(module.parameters(), before.parameters(), strict=True)]
        if not all(weight.isfinite().all() for weight in module.parameters()):
            wrong[name] = "not finite"
        elif not (any(moved) if name in PART_ONLY else all(moved)):
            wrong[name] = "left weights as they were"

    assert wrong == {}


def test_each_has_a_learning_rate_that_schedules_and_people_can_set(registry: Registry) -> None:
    wrong = []
    for name in adapted(registry):
        driven = stepper(registry, name, network())
        driven.learning_rate = 0.25
        if not isinstance(driven.learning_rate, float) or driven.learning_rate != pytest.approx(0.25):
            wrong.append(name)

    assert wrong == []


def test_the_state_of_each_is_plain_data_unless_its_card_says_otherwise(registry: Registry, tmp_path) -> None:
    found = set()
    for name in adapted(registry):
        module = network()
        driven = stepper(registry, name, module)
        train(module, driven, 2)
        torch.save(driven.state(), tmp_path / "state.pt")
        try:
            state = torch.load(tmp_path / "state.pt", weights_only=True)
        except Exception as error:  # noqa: BLE001 - whatever somebody else's state makes torch say
            assert "weights_only" in str(error) or "Weights only" in str(error)  # noqa: PT017
            found.add(name)
            continue
        resumed = copy.deepcopy(module)
        again = stepper(registry, name, resumed)
        again.load_state(state)
        train(resumed, again, 1)
    said = {name for name in adapted(registry) if "cannot be resumed" in " ".join(registry.optimizers[name].notes)}

    assert found == NOT_PLAIN
    assert said == NOT_PLAIN


def test_each_can_be_made_for_the_one_weight_that_an_experiment_is_tried_out_with(registry: Registry) -> None:
    for name in adapted(registry):
        contribution = registry.optimizers[name]
        weight = nn.Parameter(torch.zeros(4, 4))
        made = contribution.create([("weight", weight)] if contribution.named else [weight], **NEEDED.get(name, {}))
        assert isinstance(made, torch.optim.Optimizer), name


def test_a_misspelt_hyper_parameter_is_an_error_although_the_packages_swallow_it(registry: Registry) -> None:
    for name in ("pytorch_optimizer.adabelief", "timm.adamp"):
        with pytest.raises(PluginError, match=r'no hyper-parameter "weigth_decay".*Did you mean "weight_decay"\?'):
            registry.optimizers[name].create([nn.Parameter(torch.zeros(2))], weigth_decay=0.1)


def test_the_cards_say_whose_code_it_is(registry: Registry) -> None:
    assert all("Somebody else's code" in " ".join(registry.optimizers[name].notes) for name in adapted(registry))


def test_defaults_of_timm_are_those_of_its_own_factory(registry: Registry) -> None:
    defaults = {p.name: p.default for p in registry.optimizers["timm.rmsproptf"].parameters}

    assert (defaults["momentum"], defaults["alpha"]) == (0.9, 0.9)
    assert {p.name: p.default for p in registry.optimizers["timm.sgd"].parameters}["nesterov"] is True


def test_without_the_package_there_is_nothing_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "pytorch_optimizer" else found(name, *more)
    )

    assert list(pytorch_optimizers.register_optimizers()) == []
