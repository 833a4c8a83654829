"""Rules that every discovered contribution obeys, whoever wrote it.

Each test goes through all contributions of a kind and reports those that break its rule, so that nothing has to be
loaded when tests are collected and a new plugin is covered the moment it is there.
"""

import copy
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from desktop_app.api import Contribution
from desktop_app.api.contributions import KINDS
from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.errors import PluginError
from desktop_app.registry import Registry

STEPS = 3


def breaking(contributions: Iterable[Contribution], obeys: Callable[[Any], bool]) -> list[str]:
    """Return the names of the contributions that do not obey a rule."""
    return [contribution.name for contribution in contributions if not obeys(contribution)]


def everything(registry: Registry) -> list[Contribution]:
    return [contribution for kind in KINDS for contribution in registry.shelf(kind.KIND).values()]


# They bring in the whole of somebody else's library; what can be asked of it is asked in tests of their own.
ADAPTERS = {"pytorch_optimizers", "timm_models", "timm_optimizers"}


def own(registry: Registry, kind: str = "") -> list[Any]:
    """Return the contributions that were written here, of one kind or of all."""
    return [
        contribution
        for record in registry.plugins
        if record.name not in ADAPTERS
        for contribution in record.contributions
        if kind in ("", contribution.KIND)
    ]


def test_every_built_in_plugin_loads(registry: Registry) -> None:
    assert [(record.name, record.error) for record in registry.plugins if record.status != "ok"] == []


def test_every_kind_has_contributions(registry: Registry) -> None:
    assert [kind.KIND for kind in KINDS if not registry.shelf(kind.KIND)] == []


def test_a_file_is_named_after_its_plugin(registry: Registry) -> None:
    # A file with a whole library's contributions cannot be.
    single = [record.contributions[0] for record in registry.plugins if len(record.contributions) == 1]

    assert len(single) > 30
    assert breaking(single, lambda contribution: Path(contribution.file).stem == contribution.name) == []


def test_every_card_says_something(registry: Registry) -> None:
    assert breaking(everything(registry), lambda contribution: bool(contribution.summary)) == []


def test_every_card_says_when_to_use_it_and_where_it_comes_from(registry: Registry) -> None:
    without_when = breaking(own(registry), lambda contribution: bool(contribution.when))
    rules = [c for c in own(registry) if c.KIND not in ("network", "data_source")]
    without_reference = breaking(rules, lambda contribution: bool(contribution.reference))
    addresses = ("arXiv:", "https://")

    assert len(own(registry)) > 45
    assert without_when == []
    assert without_reference == []
    assert breaking((c for c in own(registry) if c.reference), lambda c: c.reference.startswith(addresses)) == []


def test_every_card_ends_its_sentences(registry: Registry) -> None:
    def obeys(contribution: Contribution) -> bool:
        sentences = [contribution.when, *contribution.notes]
        return all(sentence.endswith(".") for sentence in sentences if sentence)

    assert breaking(everything(registry), obeys) == []


def test_every_formula_can_be_set(registry: Registry) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # ziamath 0.12 opens its fonts in an old way
        import ziamath

    def obeys(contribution: Contribution) -> bool:
        formulas = [contribution.formula, getattr(contribution, "textbook", "")]
        return all("<svg" in ziamath.Latex(formula).svg() for formula in formulas if formula)

    with_formula = {c.KIND for c in own(registry) if c.formula}

    assert breaking(everything(registry), obeys) == []
    assert with_formula >= {"initializer", "activation", "normalization", "optimizer", "schedule"}
    assert (
        breaking((c for c in own(registry) if c.KIND in ("activation", "optimizer")), lambda c: bool(c.formula)) == []
    )


def test_every_default_lies_in_its_usual_range(registry: Registry) -> None:
    def obeys(contribution: Contribution) -> bool:
        return all(
            parameter.default in parameter.range
            for parameter in contribution.parameters
            if parameter.range and not parameter.required and parameter.default is not None
        )

    assert breaking(everything(registry), obeys) == []


def test_every_number_has_a_usual_range_and_every_hyper_parameter_an_explanation(registry: Registry) -> None:
    trained = [c for c in own(registry) if c.KIND not in ("backbone", "data_source")]
    without_range = [
        f"{contribution}: {parameter.name}"
        for contribution in trained
        for parameter in contribution.parameters
        if parameter.kind in ("number", "integer") and parameter.range is None
    ]
    unexplained = [
        f"{contribution}: {parameter.name}"
        for contribution in trained
        for parameter in contribution.parameters
        if not parameter.help
    ]

    assert without_range == []
    assert unexplained == []


def test_an_unknown_hyper_parameter_is_never_swallowed(registry: Registry) -> None:
    def obeys(contribution: Contribution) -> bool:
        try:
            contribution.check({"weigth_decay": 0.1})
        except PluginError as error:
            return 'has no hyper-parameter "weigth_decay"' in str(error)
        return False

    trained = [c for c in everything(registry) if c.KIND != "data_source"]
    assert breaking(trained, obeys) == []


@pytest.mark.parametrize("shape", [(5, 7), (4, 3, 3, 3), (6, 1, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_every_initializer_fills_a_weight_from_the_seed(registry: Registry, shape, dtype: torch.dtype) -> None:
    def obeys(initializer: Any) -> bool:
        drawn = []
        for seed in (1, 1, 2):
            torch.manual_seed(seed)
            weight = nn.Parameter(torch.full(shape, torch.nan, dtype=dtype))
            initializer.apply(weight)
            drawn.append(weight.detach())
        first, again, other = drawn
        return bool(first.isfinite().all()) and torch.equal(first, again) and not torch.equal(first, other)

    assert breaking(registry.initializers.values(), obeys) == []


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 4, 4), (0, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_every_activation_keeps_shape_and_type_and_stays_finite(registry, shape, dtype: torch.dtype) -> None:
    def obeys(activation: Any) -> bool:
        inputs = torch.linspace(-40, 40, torch.Size(shape).numel()).reshape(shape).to(dtype).requires_grad_()
        before = inputs.detach().clone()
        outputs = activation.create().to(dtype)(inputs)
        outputs.sum().backward()
        same = outputs.shape == inputs.shape and outputs.dtype == dtype and torch.equal(inputs.detach(), before)
        return same and bool(outputs.isfinite().all() and inputs.grad.isfinite().all())

    assert breaking(registry.activations.values(), obeys) == []


@pytest.mark.parametrize(("dimensions", "shape"), [(0, (4, 12)), (2, (4, 12, 5, 3)), (2, (4, 12, 1, 1))])
def test_every_normalization_keeps_shapes_and_takes_one_sample_in_evaluation(registry, dimensions: int, shape) -> None:
    def obeys(normalization: Any) -> bool:
        module = normalization.create(12, dimensions)
        inputs = torch.randn(shape, requires_grad=True)
        outputs = module(inputs)
        outputs.sum().backward()
        one = module.eval()(inputs[:1])
        constant = module(torch.ones(shape))  # no variance at all
        finite = all(tensor.isfinite().all() for tensor in (outputs, inputs.grad, one, constant))
        return finite and outputs.shape == inputs.shape and one.shape == inputs[:1].shape

    assert breaking(registry.normalizations.values(), obeys) == []


def network() -> nn.Sequential:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))


def step(module: nn.Module, optimizer: torch.optim.Optimizer, contribution: Any, steps: int = STEPS) -> None:
    inputs = torch.linspace(-1, 2, 12, device=next(module.parameters()).device).reshape(3, 4)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = module(inputs).square().sum()
        loss.backward(create_graph=contribution.create_graph)
        return loss

    for _ in range(steps):
        if contribution.closure:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()


def made(contribution: Any, module: nn.Module) -> torch.optim.Optimizer:
    optimizer: torch.optim.Optimizer = contribution.create(
        module.named_parameters() if contribution.named else module.parameters()
    )
    return optimizer


def same_bits(first: nn.Module, second: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_every_optimizer_repeats_itself_and_moves_every_weight(registry: Registry) -> None:
    def obeys(contribution: Any) -> bool:
        first, again, start = network(), network(), network()
        for module in (first, again):
            step(module, made(contribution, module), contribution)
        pairs = zip(first.parameters(), start.parameters(), strict=True)
        return same_bits(first, again) and all(a.isfinite().all() and not torch.equal(a, b) for a, b in pairs)

    assert breaking(own(registry, "optimizer"), obeys) == []


def test_every_optimizer_goes_on_from_its_state_with_the_same_bits(registry: Registry, tmp_path: Path) -> None:
    def obeys(contribution: Any) -> bool:
        straight = network()
        optimizer = made(contribution, straight)
        step(straight, optimizer, contribution)
        torch.save(optimizer.state_dict(), tmp_path / "state.pt")
        resumed = copy.deepcopy(straight)
        again = made(contribution, resumed)
        again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
        step(straight, optimizer, contribution)
        step(resumed, again, contribution)
        return same_bits(straight, resumed)

    assert breaking(own(registry, "optimizer"), obeys) == []


def test_no_optimizer_waits_for_the_device(registry: Registry) -> None:
    def obeys(contribution: Any) -> bool:
        module = network().to("meta")
        try:
            step(module, made(contribution, module), contribution)  # .item() and bool() raise on meta
        except (RuntimeError, NotImplementedError):
            return False
        return True

    assert breaking((c for c in own(registry, "optimizer") if not c.closure), obeys) == []


def advance(schedule: LRScheduler) -> None:
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(1.0)  # a validation loss that does not fall
    else:
        schedule.step()


@pytest.mark.parametrize("total", [1, 2, 7, 100])
def test_every_schedule_outlives_its_end_and_comes_back_from_its_state(registry: Registry, total: int) -> None:
    def obeys(contribution: Any) -> bool:
        def schedule() -> Any:
            module = network()
            return contribution.create(made(registry.optimizers["adamw"], module), total)

        straight, resumed = schedule(), schedule()
        course = []
        for number in range(total + 5):
            course.append(straight.get_last_lr())
            straight.optimizer.step()
            advance(straight)
            if number == total // 2:
                resumed.optimizer.load_state_dict(copy.deepcopy(straight.optimizer.state_dict()))
                resumed.load_state_dict(copy.deepcopy(straight.state_dict()))
            elif number > total // 2:
                resumed.optimizer.step()
                advance(resumed)
        groups = [one.optimizer.param_groups[0]["lr"] for one in (straight, resumed)]
        watches = isinstance(straight, ReduceLROnPlateau)  # knows of no end
        return groups[0] == groups[1] and (watches or groups[0] == course[-1][0]) and all(r > 0 for (r,) in course)

    assert breaking(registry.schedules.values(), obeys) == []


@pytest.mark.parametrize("normalization", ["none", "batch_norm", "layer_norm", "group_norm"])
def test_every_network_gives_logits_and_repeats_itself(registry: Registry, normalization: str) -> None:
    def obeys(contribution: Any) -> bool:
        shape = (12,) if contribution.prefers == "vectors" else (3, 32, 32)
        # A pretrained network is asked for with weights drawn anew, like the others.
        hyper = {"weights": "random"} if any(p.name == "weights" for p in contribution.parameters) else {}
        built = []
        for _ in range(2):
            torch.manual_seed(4)
            parts = ChosenParts(ModelSettings.model_validate({"normalization": normalization}), registry)
            built.append(contribution.create(shape, 5, parts, **hyper))
        first, again = built
        logits = first(torch.randn(4, *shape))
        logits.sum().backward()
        learned = all(p.grad is not None and p.grad.isfinite().all() for p in first.parameters())
        return same_bits(first, again) and logits.shape == (4, 5) and learned

    assert breaking(registry.networks.values(), obeys) == []
