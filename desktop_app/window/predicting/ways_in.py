"""What the page shows before anything is predicted: an area to drop on, and buttons for every way in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop_app.reading.picture_files import PICTURE_SUFFIXES
from desktop_app.window.building_blocks import button, column, label, row
from desktop_app.window.choosing import choose_file, choose_files, choose_folder
from desktop_app.window.drop_area import DropArea
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.predicting.chosen_model import ChosenModel

_PICTURES = f"Pictures ({' '.join(f'*{suffix}' for suffix in sorted(PICTURE_SUFFIXES))})"
_TABLES = "Tables (*.csv *.tsv *.parquet)"
_NO_PICTURES = "This model is for tables."


class WaysIn(QWidget):
    """``dropped`` carries paths to predict, or of a model; ``model_chosen`` and ``watch_chosen`` carry a path."""

    dropped = Signal(object)
    model_chosen = Signal(object)
    watch_chosen = Signal(object)
    camera_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = ElidedLabel("", "muted")
        self.fallback = label("", "warning", wrap=True)
        other = button("Other model…", self.choose_model, "open", "flat")
        self.pictures = button("Choose pictures…", self.choose_pictures, "picture", "main")
        self.folder = button("Choose a folder…", self.choose_folder, "folder")
        self.table = button("Choose a table…", self.choose_table, "table")
        self.camera = button("Use the camera", self.camera_asked.emit, "camera")
        self.watch = button("Watch a folder…", self.choose_watched, "watch")
        self.drop = DropArea(
            "",
            "",
            *(self.pictures, self.folder, self.table, self.camera, self.watch),
        )
        self.drop.dropped.connect(self.dropped)
        top = row(self.model, other)
        top.setStretch(0, 1)
        layout = column(top, self.fallback, self.drop, spacing=8, margins=24)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_model(self, chosen: ChosenModel) -> None:
        """Say which model answers, and offer what it takes."""
        path, model = chosen.path or Path(), chosen.model
        self.model.setText(f"Model: {path.parent.name}/{path.name}")
        self.model.setToolTip(str(path))
        fallback = model.fallback if model is not None else ""
        self.fallback.setText(fallback)
        self.fallback.setVisible(bool(fallback))
        if chosen.takes_pictures:
            what = "Pictures and folders of pictures; answers appear as they are made. Nothing leaves this computer."
            self.drop.say("Drop pictures here", what)
        else:
            what = (
                "With the columns that the model learned from; every row gets its answer. Nothing leaves this computer."
            )
            self.drop.say("Drop a table here", what)
        self.table.setVisible(model is None or not chosen.takes_pictures)
        for made in (self.pictures, self.folder, self.watch, self.camera):
            made.setVisible(chosen.takes_pictures)
        show_camera(self.camera, chosen)

    def choose(self) -> None:
        """Ask for what the model takes."""
        if self.pictures.isHidden():
            self.choose_table()
        else:
            self.choose_pictures()

    def choose_pictures(self) -> None:
        """Ask for pictures."""
        choose_files(self, "Choose pictures", _PICTURES, self.dropped.emit)

    def choose_folder(self) -> None:
        """Ask for a folder of pictures."""
        choose_folder(self, "Choose a folder of pictures", lambda folder: self.dropped.emit([folder]))

    def choose_table(self) -> None:
        """Ask for a table."""
        choose_file(self, "Choose a table", _TABLES, lambda file: self.dropped.emit([file]))

    def choose_model(self) -> None:
        """Ask for a model."""
        choose_file(self, "Choose a model", "Models (*.onnx)", self.model_chosen.emit)

    def choose_watched(self) -> None:
        """Ask for a folder to watch."""
        choose_folder(self, "Choose the folder to watch", self.watch_chosen.emit)


class AddMenu(QPushButton):
    """The same ways in for when there are results: pictures, a folder, a table."""

    def __init__(self, ways: WaysIn) -> None:
        super().__init__("Add")
        menu = QMenu(self)
        self.pictures = menu.addAction("Pictures…", ways.choose_pictures)
        self.folder = menu.addAction("A folder of pictures…", ways.choose_folder)
        self.table = menu.addAction("A table…", ways.choose_table)
        self.watch = menu.addAction("Watch a folder…", ways.choose_watched)
        menu.addSeparator()
        menu.addAction("Another model…", ways.choose_model)
        self.setMenu(menu)

    def show_model(self, chosen: ChosenModel) -> None:
        """Offer what the model takes."""
        self.table.setVisible(not chosen.takes_pictures)
        for action in (self.pictures, self.folder, self.watch):
            action.setVisible(chosen.takes_pictures)


def show_camera(made: QPushButton, chosen: ChosenModel) -> None:
    """Say on the camera's button what it does, or how to get what it needs."""
    from desktop_app.inference.camera import HOW_TO_INSTALL, is_installed

    there = is_installed()
    made.setEnabled(there and chosen.takes_pictures)
    if not there:
        made.setToolTip(HOW_TO_INSTALL)
    elif not chosen.takes_pictures:
        made.setToolTip(_NO_PICTURES)
    else:
        made.setToolTip("See live what the model says about the camera's picture, or about a video")
