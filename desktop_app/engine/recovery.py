"""What becomes of a step that is not finite: the training ends, leaves it out, or goes back and learns more slowly.

Each of them gives the same result each time: places to go back to are kept at fixed steps, never by the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from desktop_app.engine.device import restore_random_state
from desktop_app.engine.events import Event, NonFiniteCaught
from desktop_app.engine.guard import Guard
from desktop_app.engine.job import Job
from desktop_app.engine.keeper import Keeper
from desktop_app.engine.non_finite import NonFinite
from desktop_app.engine.position import Position
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.remedy import CurableError, Remedy
from desktop_app.engine.stage import Stage
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import TrainingError

MOST_LEFT_OUT = 10
"""So many steps in a row may be left out: where not one of them is finite, none will be."""
MOST_ROLLED_BACK = 6
"""So often a run may go back: the learning rate is then a thousandth of what it was."""
LOWER_BY = 10**-0.5
"""What the learning rate is multiplied by: half a power of ten, which is how finely rates are commonly searched."""
SPACING = 50
"""So many steps lie between two places to go back to; a copy of weights and optimizer is little against them."""
_TOO_RECENT = SPACING // 2
"""A place so few steps before is passed over: a divergence takes some steps, and may have begun before it."""
_PLACES = 2


class WentBack(Exception):  # noqa: N818 - the training goes on
    """The training stands at an earlier step now, and the epoch under way is to be begun anew from there."""


class Recovery:
    """Carries out ``training.non_finite`` for one training.

    Args:
        sums: The loss and the right answers of the epoch under way, which a checkpoint holds as well.
    """

    def __init__(
        self,
        job: Job,
        keeper: Keeper,
        recorder: Recorder,
        position: Position,
        sums: Tensor,
        guard: Guard,
        notify: Callable[[Event], None],
    ) -> None:
        self._policy = job.experiment.training.non_finite
        self._job = job
        self._keeper = keeper
        self._recorder = recorder
        self._position = position
        self._sums = sums
        self._guard = guard
        self._notify = notify
        self._rates_set = 0
        self._statistics: list[Tensor] = []
        self._kept_statistics: list[Tensor] = []
        self.places: list[dict[str, Any]] = []
        """Where the training may go back to, the oldest first; a checkpoint holds them."""

    def stage_opened(self, stepper: Stepper, places: Sequence[dict[str, Any]]) -> None:
        """Begin with a stage, or go on within one with the ``places`` of its checkpoint."""
        self.places = list(places) if self._policy == "roll_back" else []
        self._rates_set = stepper.rates_set
        self._keep_place_if_due(stepper)

    def epoch_begins(self, stage: Stage) -> None:
        """Take in what a step changes beside the weights: the running statistics of norms."""
        if self._policy != "skip":
            return
        moving = [module for module in stage.learning.modules() if module.training]
        self._statistics = [buffer for module in moving for buffer in module.buffers(recurse=False)]
        self._kept_statistics = [buffer.clone() for buffer in self._statistics]

    def step_begins(self) -> None:
        """Keep what a step that is left out afterwards would have changed."""
        if self._statistics:
            torch._foreach_copy_(self._kept_statistics, self._statistics)

    def step_ended(self, stepper: Stepper) -> None:
        """Keep a place to go back to, where one is due."""
        if self._policy == "roll_back":
            if stepper.rates_set != self._rates_set:  # a rate that people chose is never gone back behind
                self._rates_set = stepper.rates_set
                self.places.clear()
            self._keep_place_if_due(stepper)

    def refused(self, samples: int) -> bool:
        """Leave out the next step where an earlier passage found that it cannot be taken; returns whether it did."""
        step = self._position.step + 1
        if step not in self._position.refused:
            return False
        self._leave_out(step, self._position.refused[step], samples)
        return True

    def meet(self, found: NonFinite, stepper: Stepper, samples: int) -> None:
        """Do what the experiment says about a step that is not finite; returns where it was left out.

        Raises: ``WentBack`` where the training stands at an earlier step now, ``TrainingError`` where it ends.
        """
        if self._policy == "stop" or (self._policy == "roll_back" and found.is_in_the_data):
            self._recorder.event(found.step, "non_finite", f"{found.cause}; the training ended")
            raise _ended(found, found.sentence)
        if self._policy == "roll_back":
            self._roll_back(found, stepper)
        if stepper.contribution.closure:
            # It may have moved the weights by now, and its state: the step is left out when it is come by again.
            self._position.refused[found.step] = found.cause
            self._pass_again(stepper, found.step)
        for now, kept in zip(self._statistics, self._kept_statistics, strict=True):
            now.copy_(kept)
        self._leave_out(found.step, found.cause, samples)
        if self._position.left_out_in_a_row >= MOST_LEFT_OUT:
            raise _ended(
                found,
                f"{MOST_LEFT_OUT} steps in a row were left out, up to step {found.step}: {found.cause}. "
                + ("Mend the data." if found.is_in_the_data else "Try a lower learning rate, or clip the gradient."),
            )

    def look_back(self, stepper: Stepper, *, at_epochs_end: bool = False) -> None:
        """Go back where a loss that has reached the host by now was not finite, or the weights are not.

        For devices that would have to be waited for at each step. The way is gone once more from the last checkpoint,
        looking at each step: that finds the very step, and what is done about it is the same as everywhere.
        Raises: ``WentBack``.
        """
        until = self._recorder.first_non_finite
        if until is None and at_epochs_end and not self._guard.always_looks and not stepper.is_finite:
            until = self._position.step
            if until <= self._guard.read_until:
                # Each step up to here was looked at, and found finite: the rule itself made the weights what they are.
                # The next step's loss says so, and is met as everywhere.
                self._guard.read_until = max(self._guard.read_until, until + 1)
                return
        if until is not None:
            self._pass_again(stepper, until)

    def training_ends(self, stepper: Stepper) -> None:
        """Raise ``TrainingError`` where the last step left weights that are not finite: no loss will say so."""
        if not stepper.is_finite:
            found = NonFinite(self._position.step, "weights", self._guard.learning_rate)
            self._recorder.event(found.step, "non_finite", f"{found.cause}; the training ended")
            raise _ended(found, found.sentence)

    def _leave_out(self, step: int, cause: str, samples: int) -> None:
        self._recorder.leave_out(step, self._guard.learning_rate)
        self._position.step_left_out(samples)
        self._say("non_finite", step, f"{cause}; the step was left out", step)

    def _roll_back(self, found: NonFinite, stepper: Stepper) -> None:
        position = self._position
        if position.rolled_back >= MOST_ROLLED_BACK:
            raise _ended(
                found,
                f"The training went back {MOST_ROLLED_BACK} times and lowered its learning rate to "
                f"{found.learning_rate:g}, and at step {found.step} {found.cause} again. "
                "Take another optimizer, initialization or normalization, or clip the gradient.",
            )
        place = self._place_before(found.step)
        position.rolled_back += 1
        position.rolled_back_to = place["position"]["step"]
        self._stand_at(place, stepper)
        since = position.rolled_back - place["position"]["rolled_back"]
        stepper.scale_learning_rate(LOWER_BY**since)
        self._rates_set = stepper.rates_set
        # The checkpoint first: whoever is killed in between goes on from it, and deletes what came after it.
        self._keeper.save_last(position, stepper, self._sums, self.places)
        self._recorder.go_back(position.step)
        text = f"{found.cause}; back to step {position.step}, and on with a learning rate of "
        self._say("rolled_back", position.step, f"{text}{stepper.learning_rate:g}", found.step)
        self._recorder.commit()
        raise WentBack

    def _place_before(self, step: int) -> dict[str, Any]:
        """Return where to go back to from ``step``, and forget the places after it."""
        if not self.places:  # a stage whose weights were not finite to begin with
            return self._last_checkpoint()
        chosen = len(self.places) - 1
        is_too_recent = step - _step_of(self.places[chosen]) <= _TOO_RECENT
        was_in_vain = _step_of(self.places[chosen]) == self._position.rolled_back_to
        if chosen > 0 and (is_too_recent or was_in_vain):
            chosen -= 1
        del self.places[chosen + 1 :]
        return self.places[chosen]

    def _pass_again(self, stepper: Stepper, until: int) -> None:
        """Go back to the last checkpoint and look at each step up to ``until``."""
        self._guard.read_until = until
        self._stand_at(self._last_checkpoint(), stepper)
        self._recorder.go_back(self._position.step)
        raise WentBack

    def _last_checkpoint(self) -> dict[str, Any]:
        content = self._keeper.load_last()
        if content["stepper"] is None or content["position"]["stage"] != self._position.stage:
            raise TrainingError(
                f"The weights are not finite any more at step {self._position.step}, from the first step of this stage "
                "on. Try a learning rate ten times lower, or clip the gradient."
            )
        return content

    def _stand_at(self, place: dict[str, Any], stepper: Stepper) -> None:
        # Copied again: an optimizer goes on with the tensors that it is given, and one may come here several times.
        content = _copied(place)
        self._job.model.load_state(content["model"])
        stepper.load_state(content["stepper"])
        self._sums.copy_(content["sums"])
        restore_random_state(content["random"], self._job.device)
        self._position.go_back_to(content["position"])

    def _keep_place_if_due(self, stepper: Stepper) -> None:
        if self._policy != "roll_back":
            return
        if self.places and self._position.step - _step_of(self.places[-1]) < SPACING:
            return
        if stepper.is_finite:  # else the next loss will not be, and this is no place to go back to
            content = _copied(self._keeper.content(self._position, stepper, self._sums))
            self.places = [*self.places[1 - _PLACES :], content]

    def _say(self, kind: str, at: int, text: str, step: int) -> None:
        self._recorder.event(at, kind, text if at == step else f"step {step}: {text}")
        self._notify(NonFiniteCaught(step, text))


def _step_of(place: dict[str, Any]) -> int:
    step: int = place["position"]["step"]
    return step


def _copied(value: Any) -> Any:
    """Return a copy of nested plain values whose tensors lie on the CPU: the device's memory is for training."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_copied(inner) for inner in value)
    return value


def _ended(found: NonFinite, sentence: str) -> TrainingError:
    return CurableError(sentence, Remedy(learning_rate=found.lower_rate))
