"""The classes at the right of the pictures, each with its key, colour and count, and the field for a new one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QPushButton, QScrollArea, QToolButton, QWidget

from desktop_app.window.building_blocks import column, holding, label, row
from desktop_app.window.icons import put
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.picture_chips import class_colour, text_on
from desktop_app.window.theme import colours
from desktop_app.window.wording import count

_PANEL_PIXELS = 256
_ROW_HEIGHT = 36


class _ClassButton(QPushButton):
    """Key and colour in one square, the name, the count."""

    def __init__(self, name: str, order: int, key: str) -> None:
        super().__init__()
        self._name, self._order, self._key, self._count = name, order, key, 0
        self.setProperty("look", "flat")
        self.setFixedHeight(_ROW_HEIGHT)
        self.setMinimumWidth(80)
        # The keyboard stays at the pictures after a click.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_count(self, number: int) -> None:
        self._count = number
        self.setAccessibleName(f"{self._name}, {count(number, 'picture')}")
        with_key = f" (key {self._key.upper()})" if self._key else ""
        self.setToolTip(f"{self._name}: {count(number, 'picture')}. Labels the selected pictures{with_key}.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        shades = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = class_colour(self._order)
        square = QRectF(8, (self.height() - 20) / 2, 20, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(square, 4, 4)
        painter.setPen(text_on(colour))
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter, self._key.upper())
        metrics = self.fontMetrics()
        number = count(self._count)
        room = QRectF(36, 0, self.width() - 44, self.height())
        painter.setPen(QColor(shades.muted))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        room.setWidth(room.width() - metrics.horizontalAdvance(number) - 8)
        painter.setPen(QColor(shades.text))
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)


class _RenameLine(QLineEdit):
    """Asks for a class's new name in its row; Escape leaves it as it was."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class ClassPanel(QFrame):
    """``chosen``: label the selection with a class. The other signals carry what is to become of the classes."""

    chosen = Signal(str)
    added = Signal(str)
    renamed = Signal(str, str)
    merged = Signal(str, str)
    deleted = Signal(str)
    shown_alone = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.setFixedWidth(_PANEL_PIXELS)
        self.buttons: dict[str, _ClassButton] = {}
        self.menus: dict[str, QMenu] = {}
        self.rename_line: _RenameLine | None = None
        self._classes: tuple[str, ...] = ()
        self.new_class = QLineEdit()
        self.new_class.setPlaceholderText("New class, then Enter")
        self.new_class.setAccessibleName("New class")
        self.new_class.setToolTip("Name a class and press Enter; the key + brings you here from the pictures")
        self.new_class.setMaxLength(200)
        self.new_class.returnPressed.connect(self._add)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = column(label("Classes", "heading"), self.new_class, self._area, margins=12)
        layout.setStretch(2, 1)
        self.setLayout(layout)

    def show_session(self, session: LabellingSession) -> None:
        """Show the classes as they are."""
        if session.sheet.classes != self._classes or not self._area.widget():
            self._classes = session.sheet.classes
            self._make_rows(session)
        counts = session.counts()
        for name, made in self.buttons.items():
            made.show_count(counts[name])

    def rename(self, name: str) -> None:
        """Ask for another name in the class's row."""
        made = self.buttons[name]
        line = _RenameLine(name, made)
        line.setAccessibleName(f"New name of {name}")
        line.setMaxLength(200)
        line.setGeometry(made.rect())
        self.rename_line = line

        def leave() -> None:
            if self.rename_line is line:
                self.rename_line = None
                line.hide()
                line.deleteLater()

        def take() -> None:
            if self.rename_line is line:
                text = line.text()
                leave()
                self.renamed.emit(name, text)

        line.left.connect(leave)
        line.editingFinished.connect(take)
        line.selectAll()
        line.show()
        line.setFocus()

    def _add(self) -> None:
        text = self.new_class.text()
        if text.strip():
            self.added.emit(text)

    def _make_rows(self, session: LabellingSession) -> None:
        self.buttons, self.menus, self.rename_line = {}, {}, None
        rows = []
        for order, name in enumerate(self._classes):
            made = _ClassButton(name, order, session.key_of(name))
            made.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self.buttons[name] = made
            line = row(made, self._menu_button(name), spacing=0)
            line.setStretch(0, 1)
            rows.append(line)
        inside: QWidget = holding(column(*rows, None, spacing=4))
        self._area.setWidget(inside)

    def _menu_button(self, name: str) -> QToolButton:
        made = QToolButton()
        put(made, "more")
        made.setToolTip(f"Rename, merge or delete {name}")
        made.setAccessibleName(f"Change {name}")
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # An arrow beside the three dots would say the same twice.
        made.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        menu = QMenu(made)
        menu.addAction("Show alone", lambda: self.shown_alone.emit(name))
        menu.addAction("Rename…", lambda: self.rename(name))
        others = [other for other in self._classes if other != name]
        into = menu.addMenu("Merge into")
        into.setEnabled(bool(others))
        for other in others:
            into.addAction(other.replace("&", "&&")).triggered.connect(
                lambda _=False, other=other: self.merged.emit(name, other)
            )
        menu.addAction("Delete, pictures become unlabelled", lambda: self.deleted.emit(name))
        made.setMenu(menu)
        self.menus[name] = menu
        return made
