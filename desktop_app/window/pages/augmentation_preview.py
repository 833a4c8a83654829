"""What training sees: one picture a class, and several versions of each as augmentation and mixing make them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QScrollArea, QStackedWidget, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.computed import Computed
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.thumbnails import image_of
from desktop_app.window.wording import words
from desktop_app.window.workspace import Workspace

_SIDE = 96
_VERSIONS = 5
_NAME_PIXELS = 112
_SMALLEST_SHARE = 0.005  # less would be shown as 0 %
_MIXING = {"none": "off", "mixup": "mixup", "cutmix": "CutMix"}


class AugmentationPreview(QDialog):
    """A window beside the work, which follows the settings as long as it is open."""

    def __init__(self, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("What training sees")
        self.resize(800, 640)
        self._workspace = workspace
        self._seed = 0
        self._asked: object = None
        self.found = Computed("augmentation preview", workspace.background, self)
        self.grid = QWidget()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self.panel = StatePanel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.panel)
        self._stack.addWidget(self._area)
        self.settings = label("", "muted", wrap=True)
        self.again = button("Draw again", self.draw_again, "reload")
        close = button("Close", self.close)
        close.setAutoDefault(False)
        layout = column(
            label("What training sees", "heading"),
            self.settings,
            self._stack,
            row(None, close, self.again),
            spacing=12,
            margins=16,
        )
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.found.changed.connect(self._refresh)
        workspace.checked.connect(self._follow)
        workspace.data.changed.connect(self._follow)

    def draw_again(self) -> None:
        """Draw other pictures and other changes."""
        self._seed += 1
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw what the settings give now."""
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the pictures: they are drawn anew when they are seen again."""
        super().hideEvent(event)
        self._asked = None
        self.found.clear()

    def _follow(self) -> None:
        """Ask for the pictures where they would be others than those on show."""
        experiment, data, registry = self._workspace.experiment, self._workspace.data, self._workspace.shelf.registry
        if not self.isVisible():
            return
        if experiment is None or registry is None or data.state != "ready":
            if self.found.state == "empty":
                what = "They are shown once the data is read and no setting is wrong."
                self.panel.show_empty("picture", "No pictures yet", what)
                self._stack.setCurrentWidget(self.panel)
            return
        samples, seed = data.value[0], self._seed
        asked = (experiment.data, experiment.model, id(samples), seed)
        if asked == self._asked:
            return
        self._asked = asked
        self.settings.setText(
            f"Augmentation: {words(experiment.data.augment).lower()} · mixing: {_MIXING[experiment.data.mix]}. "
            "Each epoch draws new changes; validation always sees the pictures as they are."
        )

        def work() -> Any:
            from desktop_app.engine.augmentation_preview import preview_augmented

            return preview_augmented(samples, experiment, registry, versions=_VERSIONS, seed=seed)

        self.found.ask(work)

    def _refresh(self) -> None:
        self.again.setEnabled(self.found.state != "loading")
        if self.found.state == "ready":
            self._show_rows(self.found.value)
            self._stack.setCurrentWidget(self._area)
        elif self.found.state == "failed":
            assert self.found.error is not None
            self.panel.show_error("The pictures cannot be shown", sentence(self.found.error), "Try again", self._retry)
            self._stack.setCurrentWidget(self.panel)
        elif self.found.value is None:
            self.panel.show_loading("Changing some pictures…")
            self._stack.setCurrentWidget(self.panel)

    def _retry(self) -> None:
        self._asked = None
        self._follow()

    def _show_rows(self, rows: list[Any]) -> None:
        grid, top = QGridLayout(), Qt.AlignmentFlag.AlignTop
        grid.setSpacing(8)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.addWidget(label("As it is", "small"), 0, 1)
        grid.addWidget(label("As training sees it", "small"), 0, 2, 1, _VERSIONS)
        for place, shown in enumerate(rows, start=1):
            name = ElidedLabel(shown.label, "")
            name.setFixedWidth(_NAME_PIXELS)
            grid.addWidget(name, place, 0)
            grid.addWidget(_picture(shown.picture, f"{shown.label}\n{shown.name}"), place, 1, top)
            for at, version in enumerate(shown.versions, start=2):
                grid.addWidget(_version(version, shown.label), place, at, top)
        grid.setColumnStretch(_VERSIONS + 2, 1)
        grid.setRowStretch(len(rows) + 1, 1)
        self.grid = holding(grid)
        self._area.setWidget(self.grid)  # deletes the one before


def _version(version: Any, own: str) -> QWidget:
    """Return a changed picture; where it is trained as another class too, the shares stand below it."""
    shares = [(f"{share:.0%} {name}", name) for name, share in version.shares if share >= _SMALLEST_SHARE]
    picture = _picture(version.picture, "\n".join(["Trained as", *(text for text, _ in shares)]) if shares else "")
    if [name for _, name in shares] in ([], [own]):
        return picture
    lines = [ElidedLabel(text, "small") for text, _ in shares]
    for line in lines:
        line.setFixedWidth(_SIDE)
    return holding(column(picture, *lines, spacing=0))


def _picture(pixels: Any, tooltip: str) -> QLabel:
    made = QLabel()
    made.setPixmap(QPixmap.fromImage(image_of(pixels, _SIDE)))
    made.setFixedSize(_SIDE, _SIDE)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip.replace("\n", ", "))
    return made
