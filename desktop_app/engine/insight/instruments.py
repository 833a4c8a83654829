"""Measures each layer in some steps of a training: gradients, updates, outputs, statistics, the optimizer's state.

Between those steps nothing is hooked and nothing is kept. What is measured stays on the device until the step is over
and reaches the host in one transfer. Nothing that training computes is changed, and no random number is drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from desktop_app.engine.insight.boundary import BoundaryDrawer
from desktop_app.engine.insight.measures import StepMeasures
from desktop_app.engine.insight.outputs import Bounds
from desktop_app.engine.insight.sampling import Look, Sampling
from desktop_app.engine.insight.spread import histograms_of
from desktop_app.engine.insight.watched import WatchedLayer, chosen, in_running_order
from desktop_app.engine.recorder import Recorder
from desktop_app.engine.stage import Stage
from desktop_app.engine.stepper import Stepper

BOUNDARY_SECONDS = 0.5
"""A boundary is drawn at most that often."""
BOUNDARY_SHARE = 0.02
"""Of the training's time that drawing boundaries may take."""


class Instruments:
    """The instruments of one training, for its loop.

    Args:
        layers: All layers of the network that may be watched.
        seconds: Returns the seconds of training so far, pauses and evaluations left out.
        tell_layers: Called with ``layers`` in running order once that is known, in each stage.
        boundary: Draws the boundary between classes, for a network of two inputs.
        clock: Where the cost of a look comes from, in seconds.
    """

    def __init__(
        self,
        layers: Sequence[WatchedLayer],
        recorder: Recorder,
        seconds: Callable[[], float],
        tell_layers: Callable[[Sequence[WatchedLayer]], None] = lambda layers: None,
        boundary: BoundaryDrawer | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._layers = list(layers)
        self._recorder = recorder
        self._seconds = seconds
        self._tell_layers = tell_layers
        self._boundary = boundary
        self._clock = clock
        self._boundary_spent = 0.0
        self._boundary_drawn = -BOUNDARY_SECONDS
        self._sampling = Sampling()
        self._watched: list[WatchedLayer] = []
        self._bounds: dict[str, Bounds | None] = {}
        self._is_order_known = False
        self._before_stage = 0

    def begin_stage(self, stage: Stage, step: int, steps_taken: int) -> None:
        """Watch what runs in a stage.

        Args:
            step: Of the run, so far.
            steps_taken: In this stage, where it is gone on with.
        """
        inside = set(stage.learning.modules())
        self._watched = chosen([layer for layer in self._layers if layer.module in inside])
        for layer in self._watched:
            if layer.role == "activation" and layer.name not in self._bounds:
                self._bounds[layer.name] = Bounds.of(layer.module)
        self._is_order_known = False
        self._before_stage = step - steps_taken
        self._sampling.begin_stage(steps_taken, self._seconds())
        self.draw_boundary(step)

    def look(self, step: int, left_in_epoch: int) -> Look | None:
        """Return how to look at ``step``, which is about to be taken, or ``None``; see ``Sampling.is_due``."""
        place = step - self._before_stage
        if not self._sampling.is_due(place, left_in_epoch):
            return None
        return self._sampling.look(place, self._seconds())

    @contextmanager
    def looking(self, look: Look, step: int, stepper: Stepper) -> Iterator[None]:
        """Measure the one step that is taken within the block, and record it."""
        began = self._clock()
        measures = StepMeasures(self._watched, self._bounds, look.histograms, self._clock)
        watched_before = stepper.watch

        def watch() -> None:
            measures.take_gradients(stepper.optimizer)
            watched_before()

        measures.hook()
        stepper.watch = watch
        cost = self._clock() - began
        try:
            yield
        except BaseException:
            self._sampling.pay(cost + measures.seconds)  # a step that was refused is looked at once it is taken
            raise
        finally:
            measures.unhook()
            stepper.watch = watched_before
        began = self._clock()
        measures.take_step(stepper.optimizer)
        self._record(measures, step)
        cost += measures.seconds + self._clock() - began
        self._account(look, step, cost)

    def _record(self, measures: StepMeasures, step: int) -> None:
        self._recorder.add_row(step, measures.figures())
        self._recorder.add_histograms(histograms_of(measures.values, step))
        if not self._is_order_known:
            self._is_order_known = True
            self._layers = in_running_order(self._layers, measures.ran)
            names = {layer.name for layer in self._watched}
            self._watched = [layer for layer in self._layers if layer.name in names]
            self._tell_layers(self._layers)

    def _account(self, look: Look, step: int, cost: float) -> None:
        seconds = self._seconds()
        self._sampling.looked(step - self._before_stage, look, cost, seconds)
        row = {"instrument_interval": float(self._sampling.interval)}
        if seconds > 0:
            row["instrument_share"] = min(self._sampling.spent / seconds, 1.0)
        self._recorder.add_row(step, row)

    def draw_boundary(self, step: int) -> None:
        """Draw the boundary of two inputs between two steps, where somebody could see it change.

        It has a budget of its own: who plays with points in a plane watches it, and looks at layers are no better.
        """
        began = self._clock()
        if self._boundary is None or began - self._boundary_drawn < BOUNDARY_SECONDS:
            return
        if self._boundary_spent <= BOUNDARY_SHARE * self._seconds():
            self._recorder.boundary = self._boundary.draw(step)
            self._boundary_drawn = self._clock()
            self._boundary_spent += self._boundary_drawn - began
