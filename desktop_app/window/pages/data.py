"""Data: drop pictures or a table, then see classes, counts and samples before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop_app.errors import DownslopeError
from desktop_app.reading.label_file import LABEL_FILE
from desktop_app.window import opening
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import Figure, button, column, holding, label, row
from desktop_app.window.choosing import choose_file, choose_folder, choose_new_file
from desktop_app.window.class_list import ClassList
from desktop_app.window.column_menu import column_menu
from desktop_app.window.command_palette import Command
from desktop_app.window.drop_area import DropArea
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.labelling.view import LabellingView
from desktop_app.window.pages.data_form import DataForm
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.scanned_samples import ScannedSamples
from desktop_app.window.table_view import TablePreview, columns_of
from desktop_app.window.thumbnails import ThumbnailGrid
from desktop_app.window.wording import count, figure
from desktop_app.window.workspace import Notice, Workspace

_CLASSES_PIXELS = 208


class DataPage(Page):
    """Three ways in while there is no data; figures, classes and samples once there is."""

    NAME, TITLE, ICON = "data", "Data", "data"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._shown: object = None
        self.drop = DropArea(
            "Drop your data here",
            "A folder with one sub-folder of pictures for each class, pictures with a CSV of labels, a ZIP of either, "
            "unsorted pictures to label here, or a table with a column to predict (.csv, .tsv, .parquet).",
            button("Choose a folder…", self.choose_folder, "folder", "main"),
            button("Choose a table…", self.choose_table, "table"),
            button("Use the sample pictures", self.use_sample, "sample"),
        )
        self.drop.dropped.connect(lambda paths: workspace.open_path(paths[0]))
        empty = row(self.drop, margins=24)
        self._empty = holding(empty)
        self.add_content(self._empty)
        self.name = ElidedLabel("", "title")
        self.figures = {name: Figure("") for name in ("samples", "classes", "split", "balance")}
        self.classes = ClassList()
        self.classes.setFixedWidth(_CLASSES_PIXELS)
        self.classes.chosen.connect(self._show_class)
        self.thumbnails = ThumbnailGrid()
        self.table = TablePreview()
        self.table.column_clicked.connect(self._show_column_menu)
        self._samples_view = QStackedWidget()
        pictures = row(self.classes, self.thumbnails, spacing=8)
        pictures.setStretch(1, 1)
        self._samples_view.addWidget(holding(pictures))
        self._samples_view.addWidget(self.table)
        self.scanned = ScannedSamples(workspace, self._samples_view)
        self._content = self._make_content()
        self.add_content(self._content)
        self.labelling = LabellingView(workspace, self._start_over)
        self.add_content(self.labelling)
        self.form = DataForm(workspace)
        self.add_inspector(label("Data", "heading"), self.form)
        workspace.data.changed.connect(self.refresh)
        workspace.table.previews.changed.connect(self._show_columns)
        workspace.draft.changed.connect(self._show_name)
        workspace.labelling.changed.connect(self.refresh)
        self.refresh()

    def choose_folder(self) -> None:
        """Ask for a folder of class folders."""
        choose_folder(self, "Choose a folder with one sub-folder a class", self.workspace.open_path)

    def choose_table(self) -> None:
        """Ask for a table."""
        choose_file(self, "Choose a table", "Tables (*.csv *.tsv *.parquet)", self.workspace.open_path)

    def use_sample(self) -> None:
        """Begin with the pictures that ship with Downslope."""
        self.workspace.open_values(opening.sample_experiment(), Path.cwd())

    def use_digits(self) -> None:
        """Begin with the digits that ship with scikit-learn."""
        self.workspace.open_values(opening.digits_experiment(), Path.cwd())

    def label_more(self) -> None:
        """Go on labelling the pictures that are the data now."""
        self.workspace.open_labelling(Path(self.workspace.draft.get("data.path")))

    def undo(self) -> bool:
        """Take back the last label while labelling."""
        return self.labelling.undo()

    def redo(self) -> bool:
        """Label again what was taken back while labelling."""
        return self.labelling.redo()

    def commands(self) -> list[Command]:
        """Offer every way in."""
        return [
            Command("Choose a folder of pictures", self.choose_folder),
            Command("Choose a table", self.choose_table),
            Command("Use the sample pictures", self.use_sample),
            Command("Use the sample digits", self.use_digits),
            *([Command("Save the split as CSV…", self.save_split)] if self.workspace.data.state == "ready" else []),
        ]

    def save_split(self) -> None:
        """Ask where to write which sample is trained on, validated on and kept apart."""
        name = self.workspace.draft.get("name", "") or "experiment"
        choose_new_file(self, "Save the split", "CSV (*.csv)", "csv", f"{name} split.csv", self._write_split)

    def _write_split(self, file: Path) -> None:
        from desktop_app.engine.data.split_file import write_split

        if self.workspace.data.value is None:
            return
        try:
            write_split(file, *self.workspace.data.value)
        except DownslopeError as error:
            self.workspace.say_error(error)
        else:
            self.workspace.said.emit(Notice(f"The split is saved as {file}."))

    def dropped(self, paths: list[Any]) -> bool:
        """Open whatever was dropped."""
        self.workspace.open_path(paths[0])
        return True

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        return self.form.show_problem(key, sentence)

    def join(self) -> None:
        """Have the scan and the threads that read pictures end."""
        self.thumbnails.pictures.join()
        self.labelling.join()
        self.scanned.join()

    def refresh(self) -> None:
        """Show the state that the data is in."""
        data = self.workspace.data
        if self._shows_labelling():
            return
        self.show_inspector(data.state != "empty")
        if data.state == "empty":
            self.set_state("empty")
            self.stack.setCurrentWidget(self._empty)
        elif data.state == "loading":
            self.set_state("running")
            waiting = self.workspace.shelf.registry is None
            first = "Loading PyTorch…" if waiting else "Reading the data…"
            self.panel.show_loading(first, "It takes some seconds after the start." if waiting else "")
            if data.value is None or waiting:
                self.stack.setCurrentWidget(self.panel)
        elif data.state == "failed":
            self.set_state("attention")
            self._show_failure(data.error)
        else:
            self.set_state("done")
            self.stack.setCurrentWidget(self._content)
            if data.value is not self._shown:
                self._shown = data.value
                self._show_data(*data.value)

    def _shows_labelling(self) -> bool:
        """Show the folder that is being labelled; returns whether there is one."""
        desk = self.workspace.labelling
        if desk.session is None:
            self.labelling.forget()
        if desk.state == "closed":
            return False
        self.show_inspector(False)
        if desk.session is not None:
            self.set_state("ready")
            self.stack.setCurrentWidget(self.labelling)
            self.labelling.show_session(desk.session)
            return True
        if desk.state == "failed":
            self.set_state("attention")
            text = sentence(desk.error) if desk.error else ""
            self.panel.show_error("This folder cannot be labelled", text, "Choose other data", self._start_over)
        else:
            self.panel.show_loading("Listing the pictures…")
        self.stack.setCurrentWidget(self.panel)
        return True

    def _make_content(self) -> QWidget:
        other = button("Other data…", self._start_over, "folder", "flat")
        other.setToolTip("Begin a new experiment on other data")
        self.more = button("Label more…", self.label_more, "trained", "flat")
        self.more.setToolTip("Go on labelling these pictures")
        head = row(self.name, self.more, other)
        head.setStretch(0, 1)
        figures = QHBoxLayout()
        figures.setSpacing(12)
        for made in self.figures.values():
            figures.addWidget(made, 1)
        layout = column(head, figures, self.scanned, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(2, 1)
        return holding(layout)

    def _start_over(self) -> None:
        self.workspace.open_values({}, Path.cwd())

    def _can_label(self) -> bool:
        """Whether the data are pictures with labels in a file, as labelling writes it."""
        folder = self.workspace.draft.get("data.path", "")
        return bool(folder) and (Path(folder) / LABEL_FILE).is_file()

    def _show_failure(self, error: BaseException | None) -> None:
        text = sentence(error) if error else ""
        if self.workspace.shelf.error is not None:
            self.panel.show_error("The plugins could not be loaded", text, "Try again", self.workspace.shelf.load)
        elif text.startswith("data.group"):
            apart = "Keep nothing together"
            self.panel.show_error(
                "The data cannot be used yet", text, apart, lambda: self.workspace.draft.remove("data.group")
            )
        elif self.workspace.draft.get("data.unreadable", "fail") == "fail" and "unreadable" in text:
            skip = "Leave unreadable samples out"
            self.panel.show_error(
                "The data cannot be used yet", text, skip, lambda: self.workspace.draft.set("data.unreadable", "skip")
            )
        elif self._can_label():
            self.panel.show_error("The data cannot be used yet", text, "Label the pictures", self.label_more)
        else:
            self.panel.show_error("The data cannot be used yet", text, "Choose other data", self._start_over)
        self.stack.setCurrentWidget(self.panel)

    def _show_name(self) -> None:
        draft = self.workspace.draft
        path = draft.get("data.path", "")
        source = draft.get("data.source", "")
        card = self.workspace.shelf.card("data_source", source if isinstance(source, str) else source.get("name", ""))
        self.name.setText(Path(path).name if path else (card.title or card.name if card else str(source)))
        if path:
            self.name.setToolTip(path)

    def _show_data(self, samples: Any, split: Any) -> None:
        self._show_name()
        is_table = samples.kind == "table"
        what = "rows" if is_table else "pictures"
        self.figures["samples"].show_value(count(len(samples)), what)
        parts = [len(split.training), len(split.validation)]
        names = "training / validation"
        if len(split.test):
            parts.append(len(split.test))
            names += " / test"
        self.figures["split"].show_value(" / ".join(map(count, parts)), names)
        counts = np.bincount(samples.labels, minlength=len(samples.classes)).tolist() if samples.classes else []
        if samples.classes:
            self.figures["classes"].show_value(count(len(samples.classes)), "classes")
            smallest, largest = min(counts), max(counts)
            even = largest <= 1.5 * max(smallest, 1)
            words = "balanced" if even else f"smallest class {count(smallest)}, largest {count(largest)}"
            self.figures["balance"].show_value(f"1 : {largest / max(smallest, 1):.1f}", words)
        else:
            low, high = float(samples.labels.min()), float(samples.labels.max())
            self.figures["classes"].show_value("Number", "to predict")
            self.figures["balance"].show_value(f"{figure(low)} – {figure(high)}", "range of the answers")
        self.more.setVisible(self._can_label())
        self.scanned.show_kind(is_table)
        self._samples_view.setCurrentIndex(1 if is_table else 0)
        if is_table:
            self._show_columns()
        else:
            self.classes.show_classes(samples.classes, counts)
            self._show_class(-1)

    def _show_columns(self) -> None:
        """Show a file's columns as they stand in it; those of other tables as their source has made numbers of them."""
        data, columns = self.workspace.data.value, self.workspace.table.previews
        if columns.value is not None:
            self.table.rows.show_columns(columns.value)
        elif columns.state != "loading" and data is not None and data[0].kind == "table":
            self.table.rows.show_columns(columns_of(data[0], self.workspace.draft.get("data.target", "")))

    def _show_column_menu(self, place: int) -> None:
        columns = self.workspace.table
        if columns.previews.value is None or self.workspace.training.active:
            return
        header = self.table.horizontalHeader()
        menu = column_menu(self.table.rows.columns[place], columns, self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(header.mapToGlobal(QPoint(header.sectionViewportPosition(place), header.height())))

    def _show_class(self, place: int) -> None:
        if self.workspace.data.value is None:
            return
        samples = self.workspace.data.value[0]
        labels = np.asarray(samples.labels)
        chosen = np.flatnonzero(labels == place) if place >= 0 else _mixed(labels)
        items = [samples.items[i] for i in chosen.tolist()]
        self.thumbnails.pictures.show_items(items, _Captions(samples, labels, chosen))


class _Captions(Sequence[str]):
    """The class and the name of each sample, made when one is looked at: of 100,000 nobody looks at all."""

    def __init__(self, samples: Any, labels: Any, chosen: Any) -> None:
        self._samples, self._labels, self._chosen = samples, labels, chosen

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        sample = int(self._chosen[place])
        name = str(self._samples.names[sample] if len(self._samples.names) else sample + 1)
        classes = self._samples.classes
        return f"{classes[int(self._labels[sample])]}\n{name}" if classes else name


def _mixed(labels: Any) -> Any:
    """Return all places in an order that takes one of each class in turn."""
    order = np.argsort(labels, kind="stable")
    ranks = np.empty(len(labels), dtype=np.int64)
    ordered = labels[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    ranks[order] = np.arange(len(labels)) - starts
    return np.lexsort((labels, ranks))
