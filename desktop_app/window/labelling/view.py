"""What the Data page shows while a folder is being labelled: pictures, classes, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QStackedWidget, QWidget

from desktop_app.window.arranged_grid import SIDES
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.choosing import choose_new_file
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.labelling.choices import SURE, LabellingTools
from desktop_app.window.labelling.class_panel import ClassPanel
from desktop_app.window.labelling.grid import LabelGrid
from desktop_app.window.labelling.guidance import guidance, progress
from desktop_app.window.labelling.preview import Preview
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.labelling.shown import kept_in_order, shown_places
from desktop_app.window.picture_chips import MARK_ROLE
from desktop_app.window.workspace import Notice, Workspace


class LabellingView(QWidget):
    """Shows the desk's session; every deed on labels goes through the session, and comes back by its ``changed``."""

    def __init__(self, workspace: Workspace, other_data: Callable[[], object]) -> None:
        super().__init__()
        self._workspace = workspace
        self._session: LabellingSession | None = None
        self._zoom = 1
        self.name = ElidedLabel("", "title")
        self.progress = ElidedLabel("", "muted")
        self.hint = ElidedLabel("")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Share of the pictures that are labelled")
        self.back = button("Back to the data", workspace.labelling.close, "data", "flat")
        other = button("Other data…", other_data, "folder", "flat")
        self._trouble = label("", "bad", wrap=True)
        self.elsewhere = button("Keep the labels elsewhere…", self._choose_elsewhere, "save")
        self.tools = LabellingTools()
        self.grid = LabelGrid()
        self.preview = Preview(workspace.background)
        self.classes = ClassPanel()
        self._body = QStackedWidget()
        self._body.addWidget(self.grid)
        self._body.addWidget(self.preview)
        self.grid.pictures.show_larger_or_smaller(SIDES[self._zoom])
        head = row(self.name, self.progress, self.back, other, spacing=16)
        head.setStretch(1, 1)
        trouble = row(self._trouble, self.elsewhere, margins=8)
        trouble.setStretch(0, 1)
        self._trouble_row = holding(trouble, "card")
        left = column(self.tools, holding(row(self._body, margins=8), "card"), spacing=8)
        left.setStretch(1, 1)
        body = row(holding(left), self.classes, spacing=12)
        body.setStretch(0, 1)
        layout = column(head, self.bar, self.hint, self._trouble_row, body, spacing=8)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(4, 1)
        self.setLayout(layout)
        self.setFocusProxy(self.grid)
        self._connect()

    def show_session(self, session: LabellingSession) -> None:
        """Show another folder, from its beginning."""
        if session is self._session:
            return
        self._session = session
        self._close_preview()
        self.tools.start_again()
        self.grid.pictures.show_session(session)
        self.name.setText(session.keeper.folder.name)
        self.name.setToolTip(str(session.keeper.folder))
        self.back.setVisible(bool(self._workspace.draft.get("data.source")))
        session.changed.connect(self.refresh)
        session.progressed.connect(self._show_progress)
        session.refused.connect(self._refuse)
        self._show_trouble(
            "" if session.keeper.can_write else f'The folder "{session.keeper.folder}" is read-only: labels are lost.'
        )
        self._sort()
        self.refresh()
        if not session.sheet.classes:
            self.classes.new_class.setFocus()
        else:
            self._select_next(-1)
            self.grid.setFocus()

    def forget(self) -> None:
        """Let go of the session, which has ended."""
        self._session = None
        self.preview.forget()
        self.grid.pictures.show_session(None)

    def join(self) -> None:
        """Wait for the threads that read pictures."""
        self.grid.pictures.join()

    def refresh(self) -> None:
        """Show labels, classes and proposals as they are now; what is shown stays where it is."""
        session = self._session
        if session is None:
            return
        self.classes.show_session(session)
        self.tools.show_session(session)
        now = shown_places(session, self.tools.filter, self.tools.order)
        places = kept_in_order(self.grid.pictures.shown, now)
        if places != list(self.grid.pictures.shown):
            self.grid.show_places(places)
        self.grid.pictures.marks_changed()
        self._show_progress()
        self._show_preview()
        if session.kept and session.keeper.can_write:
            self._show_trouble("")

    def undo(self) -> bool:
        """Take back the last change to labels or classes; returns whether a folder is open here."""
        if self._session is None:
            return False
        self._session.change(lambda sheet: sheet.undo())
        return True

    def redo(self) -> bool:
        """Take again what was taken back; returns whether a folder is open here."""
        if self._session is None:
            return False
        self._session.change(lambda sheet: sheet.redo())
        return True

    def accept_sure(self) -> None:
        """Make labels of all proposals that are at least 90 % sure, shown or not."""
        if self._session is not None:
            self._session.accept(self._session.sure(SURE))

    def _connect(self) -> None:
        grid, classes, tools = self.grid, self.classes, self.tools
        grid.key_pressed.connect(self._press)
        grid.accept_asked.connect(self._accept)
        grid.clear_asked.connect(self._clear)
        grid.preview_asked.connect(self._open_preview)
        grid.zoom_asked.connect(self._zoom_by)
        grid.selectionModel().currentChanged.connect(lambda _now, _before: self._show_preview())
        self.preview.closed.connect(self._close_preview)
        self.preview.stepped.connect(self._step)
        self.preview.passed_on.connect(grid.keyPressEvent)
        classes.chosen.connect(self._label)
        classes.added.connect(self._add_class)
        classes.renamed.connect(self._rename)
        classes.merged.connect(lambda name, into: self._change_classes(lambda sheet: sheet.merge(name, into)))
        classes.deleted.connect(lambda name: self._change_classes(lambda sheet: sheet.delete_class(name)))
        classes.shown_alone.connect(tools.show_class)
        tools.sorted_anew.connect(self._sort)
        tools.accept.clicked.connect(self.accept_sure)
        tools.zoomed.connect(self._zoom_by)
        tools.undo.clicked.connect(self.undo)

    def _press(self, key: str) -> None:
        if self._session is None:
            return
        name = self._session.class_of_key(key)
        if name is not None:
            self._label(name)
        elif key == "+":
            self.classes.new_class.setFocus()

    def _label(self, name: str) -> None:
        places = self.grid.selected
        if self._session is None:
            return
        if not places:
            self.hint.setText(f"Select the pictures first, then press the key of “{name}”.")
            return
        self._then_move_on(places, lambda session: session.label(places, name))

    def _accept(self) -> None:
        places = self.grid.selected
        self._then_move_on(places, lambda session: session.accept(places))

    def _then_move_on(self, places: list[int], deed: Callable[[LabellingSession], object]) -> None:
        session = self._session
        if session is None or not places:
            return
        before = list(self.grid.pictures.shown)
        last = before.index(places[-1])
        deed(session)
        following = [*before[last + 1 :], *before[:last]]
        found = next((place for place in following if self._is_open(place)), None)
        if found is not None:
            self.grid.select([found])

    def _is_open(self, place: int) -> bool:
        session = self._session
        return session is not None and session.label_of(place) is None and place not in session.unreadable

    def _select_next(self, row_before: int) -> None:
        shown = self.grid.pictures.shown
        found = next((place for place in shown[row_before + 1 :] if self._is_open(place)), None)
        if found is not None:
            self.grid.select([found])

    def _clear(self) -> None:
        if self._session is not None:
            self._session.clear(self.grid.selected)

    def _add_class(self, name: str) -> None:
        if self._session is not None and self._session.change(lambda sheet: sheet.add_class(name)):
            self.classes.new_class.clear()
            self.grid.setFocus()
            if not self.grid.selected:
                self._select_next(-1)

    def _rename(self, name: str, new_name: str) -> None:
        self._change_classes(lambda sheet: sheet.rename(name, new_name))
        self.grid.setFocus()

    def _change_classes(self, deed: Callable[..., object]) -> None:
        if self._session is not None:
            self._session.change(deed)

    def _sort(self) -> None:
        if self._session is not None:
            self.grid.pictures.show_places(shown_places(self._session, self.tools.filter, self.tools.order))
            self.grid.scrollToTop()
            self._select_next(-1)

    def _zoom_by(self, steps: int) -> None:
        zoom = min(max(self._zoom + steps, 0), len(SIDES) - 1)
        if zoom != self._zoom:
            self._zoom = zoom
            self.grid.zoom(SIDES[zoom])

    def _open_preview(self) -> None:
        if self.grid.current is not None:
            self._body.setCurrentWidget(self.preview)
            self.preview.setFocus()
            self._show_preview()

    def _close_preview(self) -> None:
        if self._body.currentWidget() is self.preview:
            self._body.setCurrentWidget(self.grid)
            self.grid.setFocus()

    def _step(self, by: int) -> None:
        shown, current = list(self.grid.pictures.shown), self.grid.current
        if current is not None:
            self.grid.select([shown[(shown.index(current) + by) % len(shown)]])

    def _show_preview(self) -> None:
        place = self.grid.current
        if self._session is None or self._body.currentWidget() is not self.preview:
            return
        if place is None:
            self._close_preview()
            return
        index = self.grid.currentIndex()
        words = str(index.data(Qt.ItemDataRole.AccessibleTextRole)).split("\n")[-1]
        self.preview.show_picture(self._session.paths[place], self._session.names[place], index.data(MARK_ROLE), words)

    def _show_progress(self) -> None:
        session = self._session
        if session is None:
            return
        self.progress.setText(progress(session))
        self.hint.setText(guidance(session))
        self.bar.setRange(0, len(session.paths))
        self.bar.setValue(session.labelled)

    def _refuse(self, sentence: str) -> None:
        session = self._session
        if session is not None and not session.kept:
            self._show_trouble(sentence)
        else:
            self._workspace.said.emit(Notice(sentence, "bad"))

    def _show_trouble(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble_row.setVisible(bool(sentence))

    def _choose_elsewhere(self) -> None:
        def keep(file: Path) -> None:
            if self._session is not None:
                self._session.keep_elsewhere(file)

        choose_new_file(self, "Keep the labels in", "Labels (*.csv)", ".csv", "labels.csv", keep)
