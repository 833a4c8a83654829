"""The lines above the results: how many, on what they run, ways to get more, to save and to sort them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QProgressBar, QPushButton, QToolButton, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.icons import put
from desktop_app.window.predicting.results import ORDERS, Order, Results
from desktop_app.window.predicting.running import Pace
from desktop_app.window.wording import count, duration

if TYPE_CHECKING:
    from desktop_app.inference.onnx_session import OnnxModel

_STEPS = 1000
_ORDER_PIXELS = 176


class Head(QWidget):
    """``sorted_anew``: another order is wanted. ``zoomed`` carries 1 or -1."""

    sorted_anew = Signal()
    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel("", "heading")
        self.provider = label("", "chip")
        self.model = ElidedLabel("", "muted")
        self.fallback = label("", "warning", wrap=True)
        self.fallback.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.order = ChoiceBox()
        self.order.setFixedWidth(_ORDER_PIXELS)
        self.order.setAccessibleName("Order of the results")
        self.order.activated.connect(lambda _place: self.sorted_anew.emit())
        self.smaller, self.larger = _icon("less", "Smaller pictures"), _icon("add", "Larger pictures")
        self.smaller.clicked.connect(lambda: self.zoomed.emit(-1))
        self.larger.clicked.connect(lambda: self.zoomed.emit(1))
        self._first = row(self.title, self.provider, spacing=8)
        self._first.setStretch(0, 1)
        second = row(self.model, self.order, self.smaller, self.larger, spacing=4)
        second.setStretch(0, 1)
        self.setLayout(column(self._first, second, self.fallback, spacing=8))
        self._orders: tuple[Order, ...] = ()

    def add_button(self, made: QWidget) -> None:
        """Put a button at the end of the first line."""
        self._first.addWidget(made)

    def show_model(self, model: OnnxModel) -> None:
        """Say which model answers, on what it really runs, and why on that where something else was asked for."""
        self.provider.setText(model.provider.removesuffix("ExecutionProvider"))
        self.provider.setToolTip(f"ONNX Runtime, {model.provider}\n{model.path}")
        self.model.setText(f"Model: {model.path.parent.name}/{model.path.name}")
        self.model.setToolTip(str(model.path))
        self.fallback.setText(model.fallback)
        self.fallback.setVisible(bool(model.fallback))

    def show_results(self, results: Results) -> None:
        """Say how many there are, and offer the orders that fit them."""
        self.title.setText(count(len(results), "prediction"))
        if results.orders != self._orders:
            self._orders = results.orders
            self.order.clear()
            for each in results.orders:
                self.order.addItem(ORDERS[each], each)

    @property
    def chosen_order(self) -> Order:
        """In which order the results are wanted."""
        return cast("Order", self.order.currentData() or "first")

    def choose_order(self, order: Order) -> None:
        """Choose an order, as a person would; nothing happens where it does not fit."""
        place = self.order.findData(order)
        if place >= 0 and place != self.order.currentIndex():
            self.order.setCurrentIndex(place)
            self.sorted_anew.emit()

    def show_zoom(self, shown: bool) -> None:
        """Offer larger and smaller pictures or not."""
        self.smaller.setVisible(shown)
        self.larger.setVisible(shown)


class ProgressLine(QWidget):
    """A bar, how far it is in words, and a button to stop."""

    def __init__(self, stopped: Callable[[], object]) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(160)
        self.words = ElidedLabel("", "muted")
        self.stop = button("Stop", stopped, "stop")
        line = row(self.bar, self.words, self.stop, spacing=12)
        line.setStretch(1, 1)
        self.setLayout(line)

    def show_busy(self, words: str) -> None:
        """Say what is being done, of which nobody knows how far it is."""
        self.bar.setRange(0, 0)
        self.words.setText(f"{words}…")

    def show_share(self, words: str, done: int, total: int) -> None:
        """Say what is being done, and how far it is."""
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(done / max(total, 1) * _STEPS))
        self.words.setText(f"{words}: {count(done)} of {count(total, 'picture')}")

    def show_pace(self, pace: Pace, what: str) -> None:
        """Show how far it is; ``what`` is one of the things that are counted, such as ``picture``."""
        if not pace.total:
            self.show_busy("Looking at what there is")
            return
        self.bar.setRange(0, _STEPS)
        self.bar.setValue(round(pace.done / pace.total * _STEPS))
        rate = f" · {count(round(pace.done / pace.seconds))} a second" if pace.done and pace.seconds > 1 else ""
        left = f" · {duration(pace.seconds_left)} left" if pace.seconds_left is not None else ""
        self.words.setText(f"{count(pace.done)} of {count(pace.total, what)}{rate}{left}")


class WatchLine(QWidget):
    """Which folder is watched, what came of it, and a button to stop."""

    def __init__(self, stopped: Callable[[], object]) -> None:
        super().__init__()
        self.words = ElidedLabel("")
        self.stop = button("Stop watching", stopped, "stop")
        line = row(self.words, self.stop, spacing=12)
        line.setContentsMargins(12, 4, 4, 4)
        line.setStretch(0, 1)
        self.setLayout(row(holding(line, "card")))


def menu_button(text: str, icon_name: str, *deeds: tuple[str, Callable[[], object]]) -> QPushButton:
    """Return a button that offers several deeds."""
    made = button(text, lambda: None, icon_name)
    menu = QMenu(made)
    for words, deed in deeds:
        menu.addAction(words, deed)
    made.setMenu(menu)
    return made


def _icon(icon_name: str, words: str) -> QToolButton:
    made = QToolButton()
    put(made, icon_name)
    made.setToolTip(words)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
