"""The live picture on a card: what the plugin does with the settings that are being tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.background import Background, sentence
from desktop_app.window.building_blocks import column, holding, label, restyle
from desktop_app.window.forms.field import Field
from desktop_app.window.plots.graph import Curve, Graph

if TYPE_CHECKING:
    from desktop_app.registry import Registry

_PLACE = "learn card"
# Long enough to gather the steps of a slider that is dragged, short enough to seem at once.
_SETTLE_MS = 40
_GRAPH_PIXELS = 236
_TEXT_PIXELS = 280


class CardPicture(QWidget):
    """Asks for numbers behind the window and draws them; only the newest answer counts."""

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background
        self._said = label("Computing…", "muted", wrap=True)
        self._again = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._again.timeout.connect(self._ask)
        self._waiting = self._late = False
        self.body = column(spacing=8)
        self.setLayout(self.body)

    @property
    def said(self) -> str:
        """The sentence below the picture."""
        return self._said.text()

    @property
    def busy(self) -> bool:
        """Whether the picture is still to be drawn."""
        return self._waiting or self._again.isActive()

    def stop(self) -> None:
        """Draw nothing any more; what is being computed is thrown away."""
        self._again.stop()
        self._background.forget(_PLACE)

    def draw(self) -> None:
        """Draw anew with the settings as they are now."""
        self._again.start()

    def work(self) -> Callable[[], Any]:
        """Return a function that computes the numbers; it runs on a thread."""
        raise NotImplementedError

    def show_numbers(self, numbers: Any) -> None:
        """Draw what ``work`` returned."""
        raise NotImplementedError

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Say something below the picture."""
        restyle(self._said, "look", "bad" if wrong else "muted")
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def _ask(self) -> None:
        self._late = self._waiting
        if self._waiting:
            return
        self._waiting = True
        self._background.run(_PLACE, self.work(), self._done, self._failed)

    def _done(self, numbers: Any) -> None:
        self._waiting = False
        self.show_numbers(numbers)
        if self._late:  # a setting was changed meanwhile
            self._ask()

    def _failed(self, error: BaseException) -> None:
        self._waiting = False
        self.say(sentence(error), wrong=True)
        if self._late:
            self._ask()


def graph_of(title: str, bottom: str, left: str, *, log_y: bool = False, **more: Any) -> Graph:
    """Return a graph of the height that all cards' graphs have."""
    graph = Graph(title, bottom, left, log_y=log_y, **more)
    graph.setFixedHeight(_GRAPH_PIXELS)
    return graph


class PortraitPicture(CardPicture):
    """One graph, or a text, and a sentence: see ``engine/learn/portraits.py``."""

    def __init__(self, background: Background, contribution: Any, registry: Registry, hyper: Callable[[], Any]) -> None:
        super().__init__(background)
        self._contribution, self._registry, self._hyper = contribution, registry, hyper
        self.graph: Graph | None = None
        self.text: QPlainTextEdit | None = None
        self.body.addWidget(self._said)
        self.draw()

    def work(self) -> Callable[[], Any]:
        """Have the portrait computed."""
        contribution, registry, hyper = self._contribution, self._registry, dict(self._hyper())

        def compute() -> Any:
            from desktop_app.engine.learn.portraits import portrait

            return portrait(contribution, hyper, registry)

        return compute

    def show_numbers(self, numbers: Any) -> None:
        """Draw the portrait, if its kind has one."""
        if numbers is None:
            self.hide()
            return
        self.say(numbers.said)
        if numbers.text:
            self._show_text(numbers)
        if not numbers.lines:
            return
        if self.graph is None:
            self.graph = graph_of(numbers.title, numbers.bottom, numbers.left)
            self.body.insertWidget(0, self.graph)
        lines = enumerate(numbers.lines)
        self.graph.show_curves([Curve(line.title, line.x, line.y, place, line.dashed) for place, line in lines])

    def _show_text(self, numbers: Any) -> None:
        if self.text is None:
            self.text = QPlainTextEdit()
            self.text.setReadOnly(True)
            self.text.setFrameShape(QFrame.Shape.NoFrame)
            self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            self.text.setFixedHeight(_TEXT_PIXELS)
            self.text.setAccessibleName(numbers.title)
            card = column(label(numbers.title, "heading"), self.text, margins=12)
            self.body.insertWidget(0, holding(card, "card"))
        self.text.setPlainText(numbers.text)


class DescentPicture(CardPicture):
    """An optimizer down a small valley, textbook beside standard where there are both, with a slider for the rate."""

    def __init__(self, background: Background, contribution: Any, hyper: Callable[[], Any]) -> None:
        super().__init__(background)
        self._contribution, self._hyper = contribution, hyper
        self.rate: float | None = None
        parameter = next((one for one in contribution.parameters if one.name == "lr"), None)
        self.field: Field | None = None
        self.losses = graph_of("Loss down a small valley", "step", "loss", log_y=True, sheet=self._sheet)
        self.trails = graph_of("The way down", "x", "y", sheet=self._sheet, legend=False)
        self._numbers: Any = None
        self.body.addWidget(self._said)
        self.body.addWidget(self.losses)
        self.body.addWidget(self.trails)
        if parameter is not None and parameter.kind == "number":
            text = "Learning rate on this valley; a network's usual one would hardly move here"
            self.field = Field(Parameter("lr", "number", None, parameter.range, (), True, text), "Rate here")
            self.field.edited.connect(self._set_rate)
            self.field.put_back.connect(lambda: self._set_rate(None))
            inside = column(self.field, margins=12)
            self.body.insertWidget(1, holding(inside, "card"))
        self.draw()

    def work(self) -> Callable[[], Any]:
        """Have both forms computed, or the one there is."""
        contribution, rate = self._contribution, self.rate
        hyper = {name: value for name, value in self._hyper().items() if name not in ("lr", "form")}
        has_rate = self.field is not None

        def compute() -> Any:
            from desktop_app.engine.learn.forms import descent

            return descent(contribution, hyper, rate, has_rate)

        return compute

    def show_numbers(self, numbers: Any) -> None:
        """Draw the ways and their losses."""
        self._numbers = numbers
        steps = range(len(numbers.trails[0].losses))
        losses, ways = [], []
        for place, trail in enumerate(numbers.trails):
            losses.append(Curve(trail.form, _array(steps), trail.losses, place, place > 0))
            ways.append(Curve(trail.form, trail.positions[:, 0], trail.positions[:, 1], place, place > 0))
        self.losses.show_curves(losses)
        self.trails.show_curves(ways)
        self.say(numbers.in_words())
        if self.field is not None:
            self.field.editor.show_automatic(numbers.learning_rate)
            self.field.show_value(self.rate, differs=self.rate is not None)

    def _set_rate(self, rate: float | None) -> None:
        self.rate = rate
        self.draw()

    def _sheet(self) -> Any:
        return self._numbers.sheet()


def _array(steps: range) -> Any:
    import numpy as np

    return np.asarray(steps, float)


def picture_of(
    background: Background, contribution: Any, registry: Registry, hyper: Callable[[], Any]
) -> CardPicture | None:
    """Return the picture for a contribution's kind, or ``None`` where nothing of it can be drawn in a moment."""
    if contribution.KIND == "optimizer":
        return DescentPicture(background, contribution, hyper)
    if contribution.KIND in ("backbone", "data_source", "tracker"):
        return None
    return PortraitPicture(background, contribution, registry, hyper)
