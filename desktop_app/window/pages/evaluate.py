"""Evaluate: how good the network is, what it confuses, and what can be done about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, row
from desktop_app.window.choosing import choose_new_file
from desktop_app.window.command_palette import Command
from desktop_app.window.computed import Computed
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.evaluate.answer_view import AnswerView
from desktop_app.window.evaluate.class_table import ClassTable
from desktop_app.window.evaluate.confusion_view import ConfusionView
from desktop_app.window.evaluate.corrections import Corrections
from desktop_app.window.evaluate.curve_view import CurveView
from desktop_app.window.evaluate.headline import Headline
from desktop_app.window.evaluate.judging import Judged
from desktop_app.window.evaluate.picture_view import PictureView
from desktop_app.window.evaluate.sample_view import SampleView
from desktop_app.window.pages.page import Page
from desktop_app.window.segments import Segments
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

_CLASS_VIEWS = ("Confusion", "Classes", "Curves", "Mistakes")
_NUMBER_VIEWS = ("Answers", "Farthest off")


class EvaluatePage(Page):
    """Figures of the run on show, on validation samples, in folds, or on the test samples once they were asked for."""

    NAME, TITLE, ICON = "evaluate", "Evaluate", "evaluate"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.judging = workspace.judging
        self._shown: object = None
        self._with_folds: Judged | None = None
        self._progress: tuple[str, str, int, int] = ("", "", 0, 0)
        corrections = Corrections(workspace.draft, self)
        self.title = ElidedLabel("", "title")
        self.part = QComboBox()
        self.part.setAccessibleName("Samples that the figures are of")
        self.part.activated.connect(lambda _place: self._show_part())
        self.test = button("Evaluate on the test samples, once", self.judging.ask_for_test, "target", "flat")
        self.report = button("Save report…", self.save_report, "save")
        self.headline = Headline()
        self.confusion = ConfusionView(corrections)
        self.classes = ClassTable()
        self.curves = CurveView()
        self.mistakes = SampleView(corrections)
        self.answers = AnswerView()
        self.farthest = SampleView(corrections)
        self.class_views = Segments(_CLASS_VIEWS, "Views of the evaluation")
        self.number_views = Segments(_NUMBER_VIEWS, "Views of the evaluation")
        self.views = QStackedWidget()
        self.picture = PictureView(workspace, self.judging, corrections)
        self._content = self._laid_out()
        self.add_content(self._content)
        self._large = self._framed(self.picture)
        self.add_content(self._large)
        self._connect()
        self.refresh()

    def commands(self) -> list[Command]:
        """Offer what can be done with the evaluation on show."""
        if self.judged is None:
            return []
        return [Command("Save report…", self.save_report)]

    def join(self) -> None:
        """Let the threads end that judge and read pictures."""
        self.judging.end()
        for view in (self.confusion.samples, self.mistakes, self.farthest):
            view.grid.pictures.join()

    def showEvent(self, event: QShowEvent) -> None:
        """Have what is missing worked out while somebody looks."""
        super().showEvent(event)
        self.judging.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let an export go first again."""
        super().hideEvent(event)
        self.judging.watch(False)

    @property
    def judged(self) -> Judged | None:
        """What is on show."""
        judged = self._parts().get(str(self.part.currentData() or "validation"), self.judging.found.value)
        folds = self.judging.folds
        if judged is None or judged.evaluation.predictions.part not in ("validation", "training"):
            return judged
        if folds.state != "ready" or folds.value is None:
            return judged
        # What folds have found about all pictures is the better expectation.
        if self._with_folds is None or self._with_folds.samples is not judged.samples:
            from desktop_app.engine.evaluation.evaluating import with_folds

            self._with_folds = Judged(with_folds(judged.evaluation, folds.value.evaluation.folds), judged.samples)
        return self._with_folds

    def save_report(self) -> None:
        """Ask where to write the report on what is shown."""
        run = self.workspace.run
        if run is not None and self.judged is not None:
            name = f"{run.folder.name}.html"
            choose_new_file(self, "Save report", "Web pages (*.html)", ".html", name, self.write_report)

    def write_report(self, path: Path) -> None:
        """Write the report on what is shown, behind the window."""
        judged = self.judged
        if judged is None:
            return
        self.report.setEnabled(False)

        def done(written: Any) -> None:
            self.report.setEnabled(True)
            self.workspace.said.emit(Notice(f"The report is at {written}."))

        def failed(error: BaseException) -> None:
            self.report.setEnabled(True)
            self.workspace.say_error(error)

        self.workspace.background.run("report", self.judging.write_report(judged, path), done, failed)

    @Slot()
    def refresh(self) -> None:
        """Show the state that the evaluation is in."""
        workspace, found = self.workspace, self.judging.found
        if workspace.run is None or workspace.training.active:
            self._show_nothing(workspace.training.active)
        elif found.state == "ready":
            self.set_state("done")
            self._show_parts()
            if self.stack.currentWidget() is self.panel:
                self.stack.setCurrentWidget(self._content)
        elif found.state == "failed":
            self.set_state("attention")
            text = sentence(found.error) if found.error else ""
            self.panel.show_error("The run could not be evaluated", text, "Try again", self.judging.try_again)
            self.stack.setCurrentWidget(self.panel)
        elif found.state == "empty" and self.judging.stopped:
            self.set_state("ready")
            text = "What the network confuses, and how far its answers can be believed, will be seen here."
            self.panel.show_empty("evaluate", "Not evaluated", text, "Evaluate", self.judging.try_again)
            self.stack.setCurrentWidget(self.panel)
        else:
            self.set_state("running")
            waiting = workspace.shelf.registry is None
            self._show_loading("Loading PyTorch" if waiting else "Evaluating", 0, 0)
            self.stack.setCurrentWidget(self.panel)

    def _laid_out(self) -> QWidget:
        for view in (self.confusion, self.classes, self.curves, self._card(self.mistakes), self.answers):
            self.views.addWidget(view)
        self.views.addWidget(self._card(self.farthest))
        head = row(self.title, self.test, self.report, spacing=8)
        head.setStretch(0, 1)
        bar = row(self.class_views, self.number_views, None, self.part, spacing=8)
        layout = column(head, self.headline, bar, self.views, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(3, 1)
        return holding(layout)

    def _framed(self, view: QWidget) -> QWidget:
        layout = column(view)
        layout.setContentsMargins(24, 16, 24, 16)
        return holding(layout)

    def _card(self, view: QWidget) -> QWidget:
        return holding(column(view, margins=12), "card")

    def _connect(self) -> None:
        workspace, judging = self.workspace, self.judging
        for computed in (judging.found, judging.folds, judging.test):
            computed.changed.connect(self.refresh)
        judging.test.changed.connect(self._test_arrived)
        judging.progressed.connect(self._progressed)
        workspace.run_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self.refresh)
        self.class_views.chosen.connect(self.views.setCurrentIndex)
        self.number_views.chosen.connect(lambda place: self.views.setCurrentIndex(len(_CLASS_VIEWS) + place))
        self.classes.chosen.connect(self._show_class)
        for view in (self.confusion, self.mistakes):
            view.opened.connect(self._open_picture)
        self.headline.folds.clicked.connect(judging.switch_folds)
        self.picture.closed.connect(lambda: self.stack.setCurrentWidget(self._content))

    def _show_nothing(self, busy: bool) -> None:
        self.set_state("empty")
        self._shown = self._with_folds = None
        self.panel.show_empty(
            "evaluate",
            "Nothing to evaluate yet",
            "The training is still running; how good its network is will be seen here when it ends."
            if busy
            else "After a training you see here how good the network is, what it confuses, and its worst mistakes.",
            "See the training" if busy else "Go to training",
            lambda: self.workspace.page_asked.emit("train"),
        )
        self.stack.setCurrentWidget(self.panel)

    @Slot(object)
    def _progressed(self, progress: tuple[str, str, int, int]) -> None:
        place, phase, done, total = progress
        self._progress = progress
        if place == "validation" and self.judging.found.state == "loading":
            self._show_loading(phase, done, total)
        elif place == "folds" and self.judging.folds.state == "loading":
            self._show_headline()

    def _show_loading(self, phase: str, done: int, total: int) -> None:
        text = f"{count(done)} of {count(total)} samples" if total else ""
        share_done = done / total if total else None
        self.panel.show_loading(f"{phase}…", text, share_done, self.judging.cancel)

    def _parts(self) -> dict[str, Judged]:
        judging = self.judging
        every = {"validation": judging.found, "folds": judging.folds, "test": judging.test}
        return {name: each.value for name, each in every.items() if each.state == "ready" and each.value is not None}

    def _show_parts(self) -> None:
        run = self.workspace.run
        assert run is not None
        self.title.setText(run.folder.name)
        self.title.setToolTip(str(run.folder))
        parts = self._parts()
        names = {"validation": "validation samples", "folds": "pictures, in folds", "test": "test samples"}
        kept = self.part.currentData()
        self.part.clear()
        for name, judged in parts.items():
            what = "training samples" if judged.evaluation.predictions.part == "training" else names[name]
            self.part.addItem(f"{count(judged.evaluation.samples)} {what}", name)
        self.part.setCurrentIndex(max(self.part.findData(kept), 0))
        self.part.setVisible(len(parts) > 1)
        self._show_test_button()
        self._show_part()

    def _show_test_button(self) -> None:
        found = self.judging.found.value
        looks = max(found.evaluation.test_looks, self._test_looks)
        words = "Evaluate on the test samples, once" if not looks else "Evaluate on the test samples again"
        self.test.setText(words)
        self.test.setVisible(bool(found.test_samples))
        busy = self.judging.test.state == "loading"
        self.test.setEnabled(not busy)
        self.test.setToolTip(
            f"They have been looked at {count(looks, 'time')}. They say how good the network is only as long as "
            "nothing is chosen by looking at them: do it once, at the very end."
        )

    @property
    def _test_looks(self) -> int:
        test = self.judging.test
        return int(test.value.evaluation.test_looks) if test.state == "ready" else 0

    @Slot()
    def _test_arrived(self) -> None:
        test = self.judging.test
        if test.state == "ready":
            self.part.setCurrentIndex(self.part.findData("test"))
            self._show_part()
        elif test.state == "failed" and test.error is not None:
            self.workspace.say_error(test.error)

    def _show_part(self) -> None:
        judged = self.judged
        self._show_headline()
        if judged is None or self._shown is judged.samples:
            return
        self._shown = judged.samples
        evaluation = judged.evaluation
        self.class_views.setVisible(evaluation.is_classification)
        self.number_views.setVisible(not evaluation.is_classification)
        if not evaluation.is_classification:
            self.answers.show_answers(evaluation)
            self.farthest.show_places(judged, evaluation.mistakes)
            self.views.setCurrentIndex(len(_CLASS_VIEWS) + self.number_views.place)
            return
        self.confusion.show_confusion(judged)
        self.classes.show_figures(evaluation)
        self.curves.show_curves(evaluation)
        self.mistakes.show_places(judged, evaluation.mistakes)
        self.class_views.buttons[3].setText(f"Mistakes ({count(len(evaluation.mistakes))})")
        self.views.setCurrentIndex(self.class_views.place)

    def _show_headline(self) -> None:
        judged = self.judged
        if judged is None:
            return
        words = ""
        folds: Computed = self.judging.folds
        if judged.evaluation.predictions.part in ("validation", "training"):
            if folds.state == "loading":
                _, phase, done, total = self._progress if self._progress[0] == "folds" else ("", "", 0, 0)
                where = f" ({phase.lower()}, {count(done)} of {count(total)})" if total else ""
                words = f"Training in folds for a better estimate{where}…"
            elif folds.state == "failed" and folds.error is not None:
                words = f"No folds: {sentence(folds.error)}"
        self.headline.show_evaluation(judged.evaluation, words)
        # "folds" that are empty were cancelled: while the page is in front they begin by themselves.
        offered = self.judging.stopped and folds.state == "empty" and self.judging.found.value.folds_help
        self.headline.folds.setText("Cancel" if folds.state == "loading" else "Train in folds")
        self.headline.folds.setVisible(folds.state == "loading" or offered)

    def _show_class(self, place: int) -> None:
        self.class_views.choose(0)
        self.confusion.choose_class(place)

    @Slot(object, int)
    def _open_picture(self, places: list[int], at: int) -> None:
        judged = self.judged
        if judged is not None:
            self.picture.show_sample(judged, places, at)
            self.stack.setCurrentWidget(self._large)
            self.picture.setFocus()
