"""How good the run on show is, worked out behind the window: predictions, folds, the test pictures on demand.

It begins as soon as a training has ended, so that it is there when somebody looks; an export that is started meanwhile
goes first, unless the page itself is being waited at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.errors import DownslopeError
from desktop_app.window.computed import Computed

if TYPE_CHECKING:
    from desktop_app.window.workspace import Workspace

_BREATH_SECONDS = 0.1
_PLACES = ("validation", "folds", "test")
Report = Callable[[str, int, int], None]


class _CancelledError(DownslopeError):
    """Nobody waits for this any more."""


@dataclass(frozen=True, eq=False)
class Judged:
    """An ``Evaluation`` of the engine with the samples that it is of, in the same order.

    ``test_samples`` counts the samples of the run that are kept apart; ``folds_help`` says whether folds make sense.
    """

    evaluation: Any
    samples: Any
    test_samples: int = 0
    folds_help: bool = False


class Judging(QObject):
    """``found`` is ready with a ``Judged``; ``folds`` and ``test`` likewise, or with ``None`` where there are none.

    ``progressed`` carries the place, the phase, the number done and the total, and arrives on the window's thread.
    """

    progressed = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.found = Computed("evaluation", workspace.background, self)
        self.folds = Computed("folds", workspace.background, self)
        self.test = Computed("test", workspace.background, self)
        self.stopped = False
        self._watched = False
        self._cancelled = threading.Event()
        self._free = threading.Event()
        self._free.set()
        self._model: tuple[Any, Any] | None = None
        self.found.changed.connect(self._go_on)
        workspace.run_changed.connect(self._begin_anew)
        workspace.shelf.changed.connect(self.look)
        workspace.training.state_changed.connect(self._training_changed)
        workspace.export.changed.connect(self._give_way)

    def watch(self, watched: bool) -> None:
        """Say whether somebody looks at the page: only then are folds trained."""
        self._watched = watched
        self._give_way()
        self.look()

    @Slot()
    def look(self) -> None:
        """Begin whatever can be begun and was not."""
        if self.stopped or not self._can_begin():
            return
        if self.found.state == "empty":
            self._ask(self.found, _judge)
        elif self.found.state == "ready":
            self._go_on()

    def try_again(self) -> None:
        """Begin again what was cancelled or has failed."""
        self.stopped = False
        for each in (self.found, self.folds):
            if each.state in ("empty", "failed"):
                each.clear()
        self.look()

    def cancel(self) -> None:
        """Let go of what is being worked out; it begins again when it is asked for."""
        self.stopped = True
        self._cancel()

    def switch_folds(self) -> None:
        """Let go of the folds that are being trained, or begin with them after all."""
        if self.folds.state == "loading":
            self.cancel()
        else:
            self.try_again()

    def ask_for_test(self) -> None:
        """Evaluate the test pictures, which counts as one look at them."""
        if self._can_begin():
            self._ask(self.test, _judge_test)

    def heat(self, item: Any, place: int) -> Callable[[], Any]:
        """Return what works out, on a thread, where in a picture the network found what speaks for a class."""
        run, registry = self._workspace.run, self._workspace.shelf.registry

        def work() -> Any:
            from desktop_app.engine.evaluation.heat import heat_map

            kept = self._model
            if kept is None or kept[0] is not run:
                assert run is not None
                kept = self._model = (run, run.load_model("best", registry))
            return heat_map(kept[1], kept[0].task, item, place)

        return work

    def write_report(self, judged: Judged, path: Path) -> Callable[[], Path]:
        """Return what writes the report, on a thread."""
        run = self._workspace.run

        def work() -> Path:
            from desktop_app.engine.evaluation.document import report_text, save_report

            assert run is not None
            save_report(path, report_text(run, judged.evaluation, judged.samples))
            return path

        return work

    def end(self) -> None:
        """Let every thread of this end; called once, when the window closes."""
        self._cancel()

    def _can_begin(self) -> bool:
        workspace = self._workspace
        there = workspace.run is not None and workspace.shelf.registry is not None and not workspace.training.active
        return bool(there and workspace.run is not None and workspace.run.files.best.is_file())

    def _ask(self, place: Computed, judge: Callable[[Any, Any, Report], Any]) -> None:
        run, registry = self._workspace.run, self._workspace.shelf.registry
        if self._cancelled.is_set():
            self._cancelled = threading.Event()
        cancelled, name = self._cancelled, _PLACES[(self.found, self.folds, self.test).index(place)]

        def report(phase: str, done: int, total: int) -> None:
            """Run on the worker's thread."""
            while not self._free.wait(_BREATH_SECONDS):
                if cancelled.is_set():
                    break
            if cancelled.is_set():
                raise _CancelledError("The evaluation was cancelled.")
            self.progressed.emit((name, phase, done, total))

        place.ask(lambda: judge(run, registry, report))

    @Slot()
    def _go_on(self) -> None:
        wanted = self._watched and self.found.state == "ready" and self.folds.state == "empty" and not self.stopped
        if wanted and self._can_begin():
            self._ask(self.folds, _judge_folds)

    @Slot()
    def _begin_anew(self) -> None:
        self.stopped = False
        self._model = None
        self._cancel()
        self.look()

    @Slot()
    def _training_changed(self) -> None:
        if self._workspace.training.active:
            self._begin_anew()

    @Slot()
    def _give_way(self) -> None:
        if self._workspace.export.state == "loading" and not self._watched:
            self._free.clear()
        else:
            self._free.set()

    def _cancel(self) -> None:
        self._cancelled.set()
        for each in (self.test, self.folds, self.found):
            if each.state != "empty" and not (self.stopped and each.state == "ready"):
                each.clear()


def _judge(run: Any, registry: Any, report: Report) -> Judged:
    """Run on the worker's thread."""
    return _judge_part(run, registry, report, test=False)


def _judge_test(run: Any, registry: Any, report: Report) -> Judged:
    """Run on the worker's thread."""
    return _judge_part(run, registry, report, test=True)


def _judge_part(run: Any, registry: Any, report: Report, *, test: bool) -> Judged:
    """Run on the worker's thread."""
    from desktop_app.engine.evaluation.evaluating import (
        Evaluation,
        count_test_look,
        counted_test_looks,
        part_predictions,
    )
    from desktop_app.engine.evaluation.folds import reason_against_folds

    report("Reading the data", 0, 0)
    predictions, samples = part_predictions(run, registry, "test" if test else "validation", report)
    looks = count_test_look(run) if test else counted_test_looks(run)
    kept_apart = len(run.files.read_json(run.files.split)["test"])
    judged = Judged(Evaluation(predictions, test_looks=looks), samples, kept_apart, not reason_against_folds(run))
    _work_out(judged.evaluation)
    return judged


def _judge_folds(run: Any, registry: Any, report: Report) -> Judged | None:
    """Run on the worker's thread."""
    from desktop_app.engine.evaluation.evaluating import Evaluation, run_folds
    from desktop_app.engine.validation_samples import named_samples

    folds = run_folds(run, registry, report)
    if folds is None:
        return None
    samples = named_samples(run, registry, folds.predictions.names)
    judged = Judged(Evaluation(folds.predictions, folds), samples)
    _work_out(judged.evaluation)
    return judged


def _work_out(evaluation: Any) -> None:
    """Have the figures there before the window asks for them."""
    for name in ("confusion", "per_class", "macro", "calibration", "curves", "mistakes", "regression", "remarks"):
        getattr(evaluation, name)
