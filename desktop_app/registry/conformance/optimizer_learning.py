"""Rules of optimizers about where they arrive: down toy problems, and the same place each time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Optimizer
from desktop_app.errors import PluginError
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import same_numbers
from desktop_app.registry.conformance.problems import PROBLEMS, Course, Problem, small_network, varied_loss

# Each rule has a learning rate of its own; these factors of the default are tried until one arrives.
_FACTORS = (1.0, 10.0, 3.0, 30.0, 100.0, 0.3, 0.1, 300.0, 1000.0, 0.01)
_STEPS = 150
_COMPARED_STEPS = 12
_TIMED_PAIRS = 7
_TIMED_STEPS = 4


def exercise(contribution: Optimizer, hyper: Mapping[str, Any]) -> Sequence[Tensor]:
    """Return the weights after a few steps with ``hyper``."""
    torch.manual_seed(0)
    course = Course(contribution, small_network(), varied_loss, hyper)
    course.step(_COMPARED_STEPS)
    course.evaluating(begins=True)
    return course.weights()


def converges(contribution: Optimizer) -> str:
    """Return how far each toy problem was solved, at the best of a few learning rates."""
    return "; ".join(_solved(contribution, problem) for problem in PROBLEMS)


def _solved(contribution: Optimizer, problem: Problem) -> str:
    best, at = math.inf, "its defaults"
    for hyper in _learning_rates(contribution):
        left = _loss_left(contribution, problem, hyper)
        if left < best:
            best, at = left, f"lr = {hyper['lr']:g}" if hyper else "its defaults"
        if best <= problem.share:
            return f"{problem.name}: {best:.1%} of the loss left at {at}"
    raise RuleError(
        f"{problem.name}: after {_STEPS} steps {best:.0%} of the loss is left at the best learning rate ({at}); "
        f"at most {problem.share:.0%} is asked for."
    )


def _learning_rates(contribution: Optimizer) -> list[dict[str, float]]:
    rate = next((one.default for one in contribution.parameters if one.name == "lr"), None)
    return [{"lr": rate * factor} for factor in _FACTORS] if isinstance(rate, int | float) and rate > 0 else [{}]


def _loss_left(contribution: Optimizer, problem: Problem, hyper: dict[str, float]) -> float:
    module = problem.module()
    first = problem.loss(module, 0).item()
    try:
        course = Course(contribution, module, problem.loss, hyper)
    except PluginError:
        return math.inf  # this learning rate is refused
    course.step(_STEPS)
    course.evaluating(begins=True)
    share = problem.loss(module, 0).item() / first
    return share if math.isfinite(share) else math.inf


def repeats(contribution: Optimizer) -> str:
    """Return a word on two runs from one seed. Raises: ``RuleError`` where they differ."""
    if not same_numbers(exercise(contribution, {}), exercise(contribution, {})):
        raise RuleError("two runs from the same seed differ; draw random numbers from torch's own generator alone.")
    return f"two runs of {_COMPARED_STEPS} steps from one seed give the same bits"


def independent(contribution: Optimizer) -> str:
    """Return a word on two instances that step in turn. Raises: ``RuleError`` where one changes what the other does."""
    alone = exercise(contribution, {})
    torch.manual_seed(0)
    first = Course(contribution, small_network(), varied_loss)
    other = Course(contribution, small_network(), lambda module, step: 7.0 * varied_loss(module, step + 2))
    for _ in range(_COMPARED_STEPS):
        drawn = torch.get_rng_state()
        other.step()
        torch.set_rng_state(drawn)  # a rule that draws numbers is not to feel the other's draws
        first.step()
    first.evaluating(begins=True)
    if not same_numbers(alone, first.weights()):
        raise RuleError(
            "a second optimizer at work changes the steps of the first; keep state in self.state and param_groups, not "
            "in the class or the module."
        )
    return "two at work side by side do not disturb each other"


def cost(contribution: Optimizer) -> str:
    """Return a step's cost as a multiple of ``torch.optim.Adam``'s, from pairs timed in turn. It breaks nothing.

    A rule with a closure is timed with its forward and backward passes, and Adam with its own.
    """

    def network() -> nn.Sequential:
        return nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10))

    def loss(module: nn.Module, step: int) -> Tensor:
        result: Tensor = module(torch.ones(8, 64)).square().mean()
        return result

    # Gradients that are derived once more are good for one step.
    with_passes = contribution.closure or contribution.create_graph

    def timed(course: Course) -> float:
        began = time.perf_counter()
        for _ in range(_TIMED_STEPS):
            if with_passes:
                course.step()
            else:
                course.optimizer.step()
        return time.perf_counter() - began

    course = Course(contribution, network(), loss)
    adam = Course(Optimizer("adam", torch.optim.Adam), network(), loss)
    for one in (course, adam):
        one.step(2)  # state is made, memory is there, and gradients for steps without a closure
    ratios = sorted(timed(course) / timed(adam) for _ in range(_TIMED_PAIRS))
    passes = ", forward and backward passes included" if with_passes else ""
    return f"about {ratios[len(ratios) // 2]:.1f} times torch.optim.Adam's{passes}"


RULES = (
    Rule("converges on toy problems", converges),
    Rule("repeats itself", repeats),
    Rule("instances are independent", independent),
)
COST = Rule("cost of a step", cost)
