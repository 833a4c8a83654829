"""Rules of optimizers about what they keep: a state that travels, two sets of weights, the kind of numbers."""

from __future__ import annotations

import io

import torch

from desktop_app.api.contributions import Optimizer
from desktop_app.registry.conformance.check import Rule, RuleError
from desktop_app.registry.conformance.hyper_parameters import same_numbers
from desktop_app.registry.conformance.problems import Course, small_network, varied_loss

_STEPS = 4


def saved_and_read(state: dict[str, object]) -> dict[str, object]:
    """Return ``state`` as it comes back from a checkpoint. Raises: ``RuleError`` where only code can bring it back."""
    file = io.BytesIO()
    try:
        torch.save(state, file)
        file.seek(0)
        read: dict[str, object] = torch.load(file, weights_only=True)
    except Exception as error:
        raise RuleError(
            f"its state_dict cannot be saved and read again without running code ({type(error).__name__}: {error}); "
            f"keep tensors, numbers, texts and lists in it."
        ) from error
    return read


def resumes(contribution: Optimizer) -> str:
    """Return a word on a run that was cut and one that was not. Raises: ``RuleError`` where they part."""
    # In float32, as trainings run: torch's NAdam keeps a float32 scalar, which loading turns into the weights' type.
    straight = Course(contribution, small_network(torch.float32), varied_loss)
    straight.step(_STEPS)
    for group in straight.optimizer.param_groups:
        group["lr"] = group["lr"] * 0.5  # as a schedule would have done
    state = saved_and_read(straight.optimizer.state_dict())
    module = small_network(torch.float32)
    module.load_state_dict(straight.module.state_dict())
    resumed = Course(contribution, module, varied_loss)
    resumed.optimizer.load_state_dict(state)
    resumed.taken = straight.taken
    drawn = torch.get_rng_state()
    straight.step(_STEPS)
    torch.set_rng_state(drawn)
    resumed.step(_STEPS)
    if not same_numbers(straight.weights(), resumed.weights()):
        largest = max((a - b).abs().max().item() for a, b in zip(straight.weights(), resumed.weights(), strict=True))
        raise RuleError(
            f"a run that is saved and resumed differs from the run that was never cut (by {largest:.1e} after {_STEPS} "
            f"steps); keep all state in self.state[parameter] and in param_groups, where state_dict finds it."
        )
    return f"saved after {_STEPS} steps, read with weights_only, the same bits {_STEPS} steps later"


def train_and_eval(contribution: Optimizer) -> str:
    """Return a word on ``train()`` and ``eval()``. Raises: ``RuleError`` where going there and back changes a bit."""
    course = Course(contribution, small_network(), varied_loss)
    has = [callable(getattr(course.optimizer, name, None)) for name in ("train", "eval")]
    if not any(has):
        return "it has neither train() nor eval(): the same weights for both"
    if not all(has):
        raise RuleError("it has only one of train() and eval(); the training loop calls both around each evaluation.")
    for steps in (0, 1, _STEPS):
        course.step(steps)
        training = course.weights()
        for _ in range(2):
            course.evaluating(begins=True)
        evaluated = course.weights()
        course.evaluating(begins=True)
        if not same_numbers(evaluated, course.weights()):
            raise RuleError("calling eval() once more changes the weights; the second call must do nothing.")
        for _ in range(2):
            course.evaluating(begins=False)
        if not same_numbers(training, course.weights()):
            raise RuleError(
                f"after {course.taken} steps, train() after eval() does not give the training weights back bit for "
                f"bit; keep a copy of them instead of computing them back."
            )
    untouched = Course(contribution, small_network(), varied_loss)
    untouched.step(1 + _STEPS)
    course.step(1)
    untouched.step(1)
    if not same_numbers(course.weights(), untouched.weights()):
        raise RuleError("a run that was evaluated in between differs from one that was not.")
    return "train() after eval() gives the very bits back, and evaluating changes nothing"


def keeps_types(contribution: Optimizer) -> str:
    """Return the number types that were tried. Raises: ``RuleError`` for weights of another type, or none at all."""
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        course = Course(contribution, small_network(dtype), varied_loss)
        course.step(3)
        if any(weight.dtype != dtype for weight in course.module.parameters()):
            raise RuleError(f"weights of type {dtype} are of another type after a step.")
        if not all(bool(weight.isfinite().all()) for weight in course.weights()):
            raise RuleError(f"weights of type {dtype} are NaN or infinite after three steps.")
        if same_numbers(course.weights(), [weight.detach() for weight in small_network(dtype).parameters()]):
            raise RuleError(f"weights of type {dtype} have not moved after three steps.")
    return "float32, float64 and bfloat16 weights stay what they are, and finite"


def moves_device(contribution: Optimizer) -> str:
    """Return whether a step can run ahead of the device, found out by a dry run on torch's ``meta`` device.

    Reading a value there raises. Waiting costs time, not truth, so it is told and not held against the rule.
    Raises: ``RuleError`` where a step mixes tensors of two devices.
    """
    course = Course(contribution, small_network(device="meta"), varied_loss)
    try:
        course.step(2)
    except (RuntimeError, NotImplementedError) as error:
        if _reads_a_value(error):
            return "passes, but each step waits for the device (it reads a tensor's value), which is slow on a GPU"
        raise RuleError(
            f"its weights lie on one device and something of its own on another ({str(error).splitlines()[0]}); make "
            f"it with torch.zeros_like(weight)."
        ) from error
    astray = {
        str(name)
        for weight, state in course.optimizer.state.items()
        for name, value in state.items()
        if isinstance(value, torch.Tensor) and value.ndim and value.device != weight.device
    }
    if astray:
        names = ", ".join(sorted(astray))
        raise RuleError(
            f"its state ({names}) does not lie where the weights do; make it with torch.zeros_like(weight)."
        )
    return "runs where the weights are, and never waits for the device"


def _reads_a_value(error: Exception) -> bool:
    told = str(error)
    return any(
        sign in told for sign in ("item()", "_local_scalar_dense", "data-dependent", "Boolean value", "meta tensors")
    )


RULES = (
    Rule("state_dict goes there and back", resumes),
    Rule("train and eval", train_and_eval),
    Rule("keeps number types", keeps_types),
    Rule("moves to the device", moves_device),
)
