"""What is open in the window: the draft, what is known about it, the training and its run. Pages show this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.experiment import Experiment
from desktop_app.errors import DownslopeError, ExperimentError
from desktop_app.folders import user_folders
from desktop_app.window import opening
from desktop_app.window.background import Background, sentence
from desktop_app.window.draft import Draft
from desktop_app.window.draft_preview import DraftPreview
from desktop_app.window.evaluate.judging import Judging
from desktop_app.window.exporting.exporting import Exporting
from desktop_app.window.labelling.desk import LabellingDesk
from desktop_app.window.plugin_shelf import News, PluginShelf
from desktop_app.window.presets import Presets
from desktop_app.window.queueing import Queueing
from desktop_app.window.table_columns import TableColumns
from desktop_app.window.table_opening import open_table
from desktop_app.window.training import Training
from desktop_app.window.warming import Warming

if TYPE_CHECKING:
    from desktop_app.engine.remedy import Remedy
    from desktop_app.engine.run import Run

_SETTLE_MS = 200  # long enough to type a number, short enough to feel immediate
_RUN_STAYS = "A training is running, and stays on show until it ends. Stop it before you open another run."
_NO_LABELLING = "A training is running. Stop it before you label pictures."


@dataclass(frozen=True)
class Notice:
    """One sentence for the bar under the header, and what can be done about it there: a verb, and what it does."""

    text: str
    tone: Literal["note", "bad"] = "note"
    action: str = ""
    deed: Callable[[], object] | None = None


class Workspace(QObject):
    """Holds the parts together: a change of the draft is checked, its data read and its network summed up."""

    checked = Signal()
    run_changed = Signal()
    said = Signal(object)
    page_asked = Signal(str)
    predict_asked = Signal(object)
    learn_asked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background(self)
        self.draft = Draft(self)
        self.shelf = PluginShelf(self.background, self)
        self.training = Training(self)
        self.preview = DraftPreview(self.draft, self.shelf, self.background, self)
        self.data = self.preview.data
        self.table = TableColumns(self.draft, self.background, self)
        self.network = self.preview.network
        self.export = Exporting(self.background, self)
        self.warming = Warming(self.background, self)
        self.judging = Judging(self)
        self.presets = Presets(self)
        self.experiment: Experiment | None = None
        self.problem: ExperimentError | None = None
        self.run: Run | None = None
        self.run_status = ""
        self.run_result: dict[str, Any] = {}
        self.trained_values: dict[str, Any] | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.look)
        self.draft.changed.connect(self._settle.start)
        self.draft.changed.connect(self.warming.give_way)
        self.shelf.changed.connect(self.look)
        self.shelf.reloaded.connect(self._plugins_changed)
        self.shelf.card_asked.connect(self.learn_asked)
        self.shelf.told.connect(self._plugins_told)
        self.network.changed.connect(self._warm)
        self.checked.connect(self._warm)
        self.training.ended.connect(self._training_ended)
        self.labelling = LabellingDesk(self)
        self.queue = Queueing(self)

    def open_path(self, path: Path) -> None:
        """Open whatever lies at ``path``: data, an experiment, a run or a model; says so where it is none of them."""
        kind = opening.kind_of(path)
        try:
            if kind == "experiment":
                self.open_values(opening.differences(Experiment.load(path)), path.absolute().parent, path.absolute())
            elif kind == "run":
                self.open_run(path)
            elif kind == "unsorted":
                self.open_labelling(path)
            elif kind in ("pictures", "archive"):
                self.open_values(opening.pictures_experiment(path), path.absolute().parent)
            elif kind == "table":
                open_table(path, self)
            elif kind in ("model", "picture"):
                self.page_asked.emit("predict")
                self.predict_asked.emit([path])
            else:
                what = "Pictures (a folder or ZIP), a table, an experiment (.toml), a run and a model (.onnx) can be"
                self.said.emit(Notice(f'"{path}" is none of what can be opened. {what} opened.', "bad"))
        except DownslopeError as error:
            self.said.emit(Notice(str(error), "bad"))

    def open_values(self, values: dict[str, Any], folder: Path, file: Path | None = None) -> None:
        """Begin a new draft with ``values``; a training that is active keeps its own."""
        self.labelling.close()
        self.set_run(None)
        self.draft.open(values, folder, file)
        self.look()
        self.page_asked.emit("data")

    def begin_with_article(self) -> None:
        """Put the article's recipe in place of network and training, keeping the open data; one step of undo."""
        if not self.draft.get("data.source"):
            self.said.emit(Notice("Choose pictures first; the recipe is then put around them.", "bad"))
            self.page_asked.emit("data")
        else:
            self.draft.update(opening.article_recipe())
            self.page_asked.emit("model")

    def open_labelling(self, folder: Path) -> None:
        """Show the pictures in ``folder`` for labelling; a draft on other data is one step of undo away."""
        if self.training.active:
            self.said.emit(Notice(_NO_LABELLING, "bad"))
            return
        if self.draft.get("data.source") and self.draft.get("data.path") != str(folder.absolute()):
            self.open_values({}, folder.absolute().parent)
        self.labelling.open(folder)
        self.page_asked.emit("data")

    def open_labelled(self, folder: Path) -> None:
        """Take the labelled pictures in ``folder`` as data, anew where they are it already."""
        if self.draft.get("data.path") != str(folder):
            self.open_values(opening.pictures_experiment(folder), folder.parent)
            return
        self.labelling.close()
        self.set_run(None)
        self.preview.forget()
        self.look()

    def open_run(self, folder: Path) -> None:
        """Show a run from its folder, with its experiment as the draft.

        Raises: ``DownslopeError`` where the folder holds no run that can be read.
        """
        from desktop_app.engine.run import Run

        run = Run.open(folder)
        if self.training.active:
            self.said.emit(Notice(_RUN_STAYS, "bad"))
            return
        self.open_values(opening.differences(run.experiment), folder.absolute())
        self.trained_values = self.draft.values
        self.set_run(run)
        self.page_asked.emit("train")

    def set_run(self, run: Run | None) -> None:
        """Show ``run`` on the pages that are about a finished run."""
        self.run = run
        # Read once: a run on show does not change, and its file is asked for many times.
        self.run_status = run.status if run is not None else ""
        self.run_result = run.result if run is not None else {}
        self.export.show_run(run)
        self.run_changed.emit()

    def save(self, file: Path) -> bool:
        """Write the draft as an experiment file; returns whether it could be written."""
        try:
            experiment = Experiment.from_dict(self.draft.values, self.draft.folder)
            opening.with_relative_path(experiment, file.parent).save(file)
        except (DownslopeError, OSError) as error:
            text = str(error) if isinstance(error, DownslopeError) else f"{file} cannot be written: {error.strerror}."
            self.said.emit(Notice(text, "bad"))
            return False
        self.draft.mark_saved(file)
        self.said.emit(Notice(f"Saved as {file}."))
        return True

    @property
    def ready_to_train(self) -> bool:
        """Whether pressing Train now would start a training."""
        there = self.shelf.registry is not None and self.experiment is not None and self.data.state == "ready"
        return there and self.problem is None and not self.presets.deciding

    @property
    def run_is_current(self) -> bool:
        """Whether the run on show was trained from the draft as it is now."""
        return self.run is not None and self.trained_values == self.draft.values

    def start_training(self) -> None:
        """Train the draft; the run is written below the user's folder of runs."""
        self.look()
        if not self.ready_to_train or self.training.active or not self.experiment or not self.shelf.registry:
            return
        self.warming.cancel()
        self.set_run(None)
        self.trained_values = self.draft.values
        self.page_asked.emit("train")
        self.training.start(self.experiment, self.shelf.registry, user_folders().runs)

    def train_queued(self, experiment: Experiment, values: dict[str, Any]) -> None:
        """Train an experiment that had waited; the draft, and the page in front, stay as they are.

        Raises: ``ExperimentError`` where a plugin that it names is not there any more, or refuses its settings.
        """
        registry = self.shelf.registry
        assert registry is not None
        experiment.check(registry)
        self.warming.cancel()
        self.trained_values = values
        self.training.start(experiment, registry, user_folders().runs)

    def resume_queued(self, folder: Path, values: dict[str, Any]) -> None:
        """Go on with the run of an experiment that had waited. Raises: ``RunError`` where that cannot be."""
        registry = self.shelf.registry
        assert registry is not None
        self.warming.cancel()
        self.training.resume(folder, registry)
        self.trained_values = values

    def resume_run(self, epochs: int | None = None, remedy: Remedy | None = None) -> None:
        """Go on with the run on show: ``epochs`` longer where it is finished, with a ``remedy`` where it failed."""
        if self.run and self.shelf.registry and not self.training.active:
            try:
                self.warming.cancel()
                self.training.resume(self.run.folder, self.shelf.registry, epochs, remedy)
            except DownslopeError as error:
                self.say_error(error)
                return
            self.page_asked.emit("train")

    def look(self) -> None:
        """Check the draft now and ask for whatever of its data and network is not known yet."""
        self._settle.stop()
        self.experiment, self.problem = None, None
        self.table.look()
        if self.draft.get("data.source"):
            self._check()
        self.preview.look(self.experiment, self.problem)
        self.checked.emit()

    def _check(self) -> None:
        try:
            self.experiment = Experiment.from_dict(self.draft.values, self.draft.folder)
            if self.shelf.registry:
                self.experiment.check(self.shelf.registry)
        except ExperimentError as error:
            self.problem = error

    def read_data_again(self) -> None:
        """Read the data anew from where it lies: other files are there now than those that a run was trained on."""
        self.trained_values = None
        self.preview.forget()
        self.look()

    def shut_down(self) -> None:
        """Join every thread; the caller has stopped the training."""
        self._settle.stop()
        self.queue.close()
        self.export.end()
        self.warming.cancel()
        self.judging.end()
        self.labelling.close()
        self.shelf.close()
        self.training.join()
        self.background.join()

    def _warm(self) -> None:
        """Compute features for the training that Train would start, as long as there is nothing better to do."""
        registry, experiment = self.shelf.registry, self.experiment
        if self.training.active or self.problem or experiment is None or self.data.state in ("empty", "failed"):
            self.warming.cancel()
        elif self.network.state == self.data.state == "ready" and registry is not None:
            settled = self.network.value.experiment.model_copy(update={"training": experiment.training})
            self.warming.ask(settled, self.data.value[0], registry)

    def _plugins_changed(self, changed: frozenset[tuple[str, str]]) -> None:
        """Read the data and build the network again where plugins that they may be made with are others now."""
        kinds = {kind for kind, _ in changed}
        parts = {"network", "backbone", "activation", "normalization", "initializer", "data_source"}
        self.preview.forget(data="data_source" in kinds, network=bool(kinds & parts))
        self.look()

    def _plugins_told(self, news: News) -> None:
        self.said.emit(Notice(" ".join(news.sentences), "bad" if news.bad else "note"))

    def _training_ended(self, outcome: Any) -> None:
        session = self.training.session
        if session is not None and session.run is not None:
            from desktop_app.engine.run import Run

            try:
                self.set_run(Run.open(session.run.folder))
            except DownslopeError as error:  # its folder may be gone by now
                self.set_run(None)
                self.say_error(error)
        elif self.run is not None:
            self.set_run(self.run)  # it could not be gone on with, and is as it was
        if outcome.status == "failed":
            self.said.emit(Notice(outcome.reason, "bad"))

    def export_run(self, *, only_float32: bool = False) -> None:
        """Write the run on show as ONNX files and verify them, on a thread: all variants, or float32 alone."""
        if self.run and self.shelf.registry:
            self.export.start(self.run, self.shelf.registry, only_float32=only_float32)

    def say(
        self,
        text: str,
        action: str = "",
        deed: Callable[[], object] | None = None,
        tone: Literal["note", "bad"] = "note",
    ) -> None:
        """Show a sentence under the header, and what can be done about it there."""
        self.said.emit(Notice(text, tone, action, deed))

    def say_error(self, error: BaseException) -> None:
        """Show an error's sentence under the header."""
        self.said.emit(Notice(sentence(error), "bad"))
