"""After an export: the variants as rows, which of them is recommended and why, the chosen one's parity card, a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.exporting.bundle_view import BundleView
from desktop_app.window.exporting.card_view import CardView
from desktop_app.window.exporting.card_words import OUTDATED, options_in_words, why_recommended
from desktop_app.window.exporting.exporting import Exporting
from desktop_app.window.exporting.latency_graph import LatencyGraph
from desktop_app.window.exporting.loss_slider import LossSlider
from desktop_app.window.exporting.variant_table import Row, VariantTable

if TYPE_CHECKING:
    from desktop_app.engine.export import Exported
    from desktop_app.engine.run import Run
    from desktop_app.window.exporting.exports import Exports


class ResultsView(QScrollArea):
    """Signals tell what is asked for; the file that it is asked for is ``exported``."""

    again = Signal()
    predict = Signal()
    bundle = Signal()
    show_folder = Signal()
    copy_path = Signal()
    row_chosen = Signal()

    def __init__(self, exporting: Exporting, bundle: BundleView) -> None:
        super().__init__()
        self._exports: Exports | None = None
        self._pictures = self._classes = True
        self.title = ElidedLabel("", "title")
        self.again_button = button("Export again…", self.again.emit, "reload", "flat")
        self.why = label("", "heading", wrap=True)
        self.outdated = label(OUTDATED, "warning", wrap=True)
        self.reason = label("", "bad", wrap=True)
        self.loss = LossSlider("May lose at most", exporting.most_lost)
        self.loss.chosen.connect(exporting.allow_loss)
        self.variants = VariantTable()
        self.variants.chosen.connect(self._choose)
        self.predict_button = button("Predict with it", self.predict.emit, "predict", "main")
        self.bundle_button = button("Make a bundle…", self.bundle.emit, "export")
        self.bundle_button.setToolTip("A folder and a ZIP that somebody else can use at once, without Downslope")
        self.folder_button = button("Show in folder", self.show_folder.emit, "folder")
        self.path_button = button("Copy path", self.copy_path.emit, "copy")
        self._buttons = (self.predict_button, self.bundle_button, self.folder_button, self.path_button)
        self.card = CardView()
        self.graph = LatencyGraph()
        self.bundle_view = bundle
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._laid_out())
        self.setAccessibleName("Exported files")

    @property
    def row(self) -> Row | None:
        """The line that is chosen."""
        place = self.variants.place
        return self.variants.rows[place] if 0 <= place < len(self.variants.rows) else None

    @property
    def exported(self) -> Exported | None:
        """The chosen file; ``None`` where the line is of one that was refused."""
        return self.row.exported if self.row is not None else None

    def show_exports(self, exports: Exports, run: Run) -> None:
        """Show these files of ``run``, the recommended one chosen, unless another of the same was."""
        kept = self.exported
        task = run.task
        self._pictures, self._classes = task.input.kind == "pictures", task.is_classification
        self.title.setText(run.folder.name)
        self.title.setToolTip(str(run.folder))
        wanted = kept if kept in exports.exported else exports.recommended
        self._show(exports, exports.exported.index(wanted))

    def show_loss(self, exports: Exports) -> None:
        """Show what is recommended with another loss allowed; the chosen line stays."""
        self._show(exports, self.variants.place)

    def show_pictures(self, images: Sequence[QImage]) -> None:
        """Put a picture on each of the samples that differ."""
        self.card.strip.show_pictures(images)

    def _show(self, exports: Exports, place: int) -> None:
        self._exports = exports
        self.why.setText(why_recommended(exports))
        self.outdated.setVisible(bool(exports.outdated))
        self.loss.setVisible(len(exports.exported) + len(exports.refused) > 1)
        self.loss.show_loss(exports.most_lost)
        self.variants.show_exports(exports, place)
        self.graph.show_exports(exports)
        self.graph.setVisible(self.graph.has_something)
        self._choose(place)

    def _choose(self, _place: int) -> None:
        chosen = self.row
        if chosen is None:
            return
        for each in self._buttons:
            each.setEnabled(chosen.exported is not None)
        # A variant may be refused before it could be compared: there is no card then, but a reason.
        self._card_holder.setVisible(chosen.card is not None)
        self.reason.setText(chosen.reason)
        self.reason.setVisible(chosen.card is None)
        if chosen.card is None:
            self.card.strip.hide()
        elif chosen.card is not self.card.card:
            told = ""
            if chosen.exported is not None:
                options = chosen.exported.options
                told = " ".join(options_in_words(options, pictures=self._pictures, classes=self._classes))
            self.card.show_card(chosen.card, chosen.exported, told, chosen.reason)
        self._strip_holder.setVisible(chosen.card is not None and bool(chosen.card.differing))
        self.row_chosen.emit()

    def _laid_out(self) -> QWidget:
        head = row(self.title, self.again_button)
        head.setStretch(0, 1)
        said = row(self.why, self.loss, spacing=24)
        said.setStretch(0, 1)
        top = column(said, self.outdated, self.variants, self.reason, row(*self._buttons, None), spacing=12, margins=16)
        self._card_holder = holding(column(self.card, margins=16), "card")
        middle = row(self._card_holder, self.graph, spacing=12)
        middle.setStretch(0, 3)
        middle.setStretch(1, 2)
        self._strip_holder = holding(column(self.card.strip, margins=16), "card")
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        for part in (holding(top, "card"), self.bundle_view, holding(middle), self._strip_holder):
            layout.addWidget(part)
        layout.addStretch(1)
        return inside
