"""Rules of optimizers about what they are given: learning rates, groups, and gradients that are missing or odd."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Optimizer
from desktop_app.errors import PluginError
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import same_numbers
from desktop_app.registry.conformance.problems import Course, small_network, varied_loss

_STEPS = 3


def obeys_the_rate(contribution: Optimizer) -> str:
    """Return how many groups there are. Raises: ``RuleError`` where ``group["lr"]`` plays no part in a step."""

    def course() -> Course:
        return Course(contribution, small_network(), varied_loss)

    usual = course()
    usual.step(_STEPS)
    count = len(usual.optimizer.param_groups)
    for place in range(count):
        changed = course()
        changed.step(_STEPS - 1)
        group = changed.optimizer.param_groups[place]
        if "lr" not in group:
            raise RuleError('its param_groups have no "lr"; a schedule has nothing to set.')
        if not any(weight.requires_grad for weight in group["params"]) or not group["lr"]:
            continue
        group["lr"] = group["lr"] * 3.0
        changed.step()
        if same_numbers(usual.weights(), changed.weights()):
            raise RuleError(
                'a changed group["lr"] changes nothing, so that schedules do nothing; read group["lr"] at each step.'
            )
    return f'group["lr"] is read at each step ({count} group{"s" if count > 1 else ""})'


def obeys_groups(contribution: Optimizer) -> str:
    """Return a word on groups of parameters. Raises: ``RuleError`` where a group does not move by its own rate."""

    def moved(first: float, second: float) -> list[list[Tensor]]:
        module = small_network()
        named = list(module.named_parameters())
        halves = [[pair if contribution.named else pair[1] for pair in half] for half in (named[:2], named[2:])]
        groups = [{"params": half, "lr": rate} for half, rate in zip(halves, (first, second), strict=True)]
        course = Course(contribution, module, varied_loss, groups=groups)
        course.step()
        weights = course.weights()
        return [weights[:2], weights[2:]]

    rate = next((one.default for one in contribution.parameters if one.name == "lr"), None) or 0.01
    try:
        usual = moved(rate, rate)
    except PluginError as error:
        return f"it takes no groups ({error.__cause__}); Downslope gives it one"
    for place, rates in enumerate(((3 * rate, rate), (rate, 3 * rate))):
        if same_numbers(usual[place], moved(*rates)[place]):
            raise RuleError(
                f"the learning rate of group {place} plays no part in the steps of its parameters; read it from the "
                f"group that a parameter belongs to."
            )
    return "each group moves by its own learning rate"


class _PartlyUsed(nn.Module):
    """A layer that is used at every other step, one that is frozen, one that never is used."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Linear(4, 3)
        self.at_times = nn.Linear(4, 3)
        self.frozen = nn.Linear(4, 3).requires_grad_(False)
        self.never = nn.Linear(4, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        result: Tensor = self.used(inputs) + self.frozen(inputs)
        return result


def _sometimes(module: nn.Module, step: int) -> Tensor:
    assert isinstance(module, _PartlyUsed)
    inputs = torch.linspace(-1.0, 2.0, 12).reshape(3, 4)
    outputs = module(inputs)
    if step % 2 == 0:
        outputs = outputs + module.at_times(inputs)
    result: Tensor = outputs.square().sum()
    return result


def missing_gradients(contribution: Optimizer) -> str:
    """Return a word on parameters without a gradient. Raises: ``RuleError`` where one of them moves."""
    module = _PartlyUsed()
    never, used = _bits(module.never), _bits(module.used)
    course = Course(contribution, module, _sometimes)
    course.step()
    if same_numbers(used, _bits(module.used)):
        raise RuleError("the parameters that do have a gradient have not moved.")
    course.evaluating(begins=True)
    course.evaluating(begins=False)
    before = _bits(module.at_times)
    course.step()  # an odd step: ``at_times`` has state, and no gradient
    if not same_numbers(never, _bits(module.never)):
        raise RuleError("a parameter whose grad is None is moved; pass it over.")
    if not same_numbers(before, _bits(module.at_times)):
        raise RuleError("a parameter that had a gradient before and has none now is moved; pass it over.")
    return "a parameter whose grad is None stays as it is"


def _bits(layer: nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in layer.parameters()]


def frozen_parameters(contribution: Optimizer) -> str:
    """Return a word on frozen parameters. Raises: ``RuleError`` where one of them moves, or one that was not given."""
    module = _PartlyUsed()
    frozen = _bits(module.frozen)
    course = Course(contribution, module, _sometimes)
    course.step(_STEPS)
    if not same_numbers(frozen, _bits(module.frozen)):
        raise RuleError("a parameter with requires_grad = False is moved: frozen must mean frozen.")
    other = _PartlyUsed()
    kept = _bits(other.at_times)
    pairs = [(name, weight) for name, weight in other.named_parameters() if name.startswith("used")]
    given = [{"params": pairs if contribution.named else [weight for _, weight in pairs]}]
    try:
        partly = Course(contribution, other, _sometimes, groups=given)
    except PluginError:
        return "frozen parameters stay as they are"
    partly.step(_STEPS)
    if not same_numbers(kept, _bits(other.at_times)):
        raise RuleError("a parameter that the optimizer was not given is moved.")
    return "frozen parameters, and those it was not given, stay as they are"


def sparse_gradients(contribution: Optimizer) -> str:
    """Return whether sparse gradients are taken or refused. Raises: ``RuleError`` where they do damage in silence."""
    table = nn.Embedding(6, 3, sparse=True)
    before = table.weight.detach().clone()

    def loss(module: nn.Module, step: int) -> Tensor:
        result: Tensor = module(torch.tensor([1, 4])).square().sum()
        return result

    course = Course(contribution, table, loss)
    try:
        course.step(2)
    except Exception as error:
        if "sparse" not in str(error).lower() or "INTERNAL ASSERT" in str(error):
            raise RuleError(
                f"a sparse gradient raises {type(error).__name__}, which does not say so ({error}); refuse it with a "
                f"sentence, or take it."
            ) from error
        return "refused with a sentence"
    course.evaluating(begins=True)
    after = table.weight.detach()
    if not bool(after.isfinite().all()) or torch.equal(before[[1, 4]], after[[1, 4]]):
        raise RuleError("a sparse gradient is taken and does not move its rows; refuse it with a sentence.")
    return "taken"


def closure(contribution: Optimizer) -> str:
    """Return whether it asks for a closure. Raises: ``RuleError`` where it says so and does not call it rightly."""
    course = Course(contribution, small_network(), varied_loss)
    if not contribution.closure:
        course.step()
        return "step() needs none"
    calls: list[bool] = []
    inner = course._closure

    def counted() -> Tensor:
        calls.append(torch.is_grad_enabled())
        return inner()

    course.optimizer.step(counted)  # type: ignore[arg-type]
    if not calls:
        raise RuleError("it asks for a closure and does not call it; the loss of the step is then not known.")
    return f"called {len(calls)} times a step"


RULES = (
    Rule("obeys the learning rate", obeys_the_rate),
    Rule("parameter groups", obeys_groups),
    Rule("missing gradients", missing_gradients),
    Rule("frozen parameters", frozen_parameters),
    Rule("sparse gradients", sparse_gradients),
    Rule("closure", closure),
)
