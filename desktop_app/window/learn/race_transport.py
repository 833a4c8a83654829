"""The buttons below the map: play, step, scrub, speed, loop."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolButton, QWidget

from desktop_app.window.building_blocks import label, row
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.icons import put
from desktop_app.window.learn.race_clock import RaceClock
from desktop_app.window.wording import count

_SPEEDS = (5, 15, 30, 60, 120, 300)


def tool(icon_name: str, tooltip: str, *, checkable: bool = False) -> QToolButton:
    """Return a small button with an icon."""
    made = QToolButton()
    put(made, icon_name, "text")
    made.setIconSize(QSize(18, 18))
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setCheckable(checkable)
    return made


class RaceTransport(QWidget):
    """Shows a clock and moves it."""

    def __init__(self, clock: RaceClock) -> None:
        super().__init__()
        self._clock = clock
        self.play = tool("play", "Play (Space)")
        self.back = tool("back", "One step back (Left)")
        self.forward = tool("step", "One step forward (Right)")
        self.loop = tool("loop", "Begin again at the end", checkable=True)
        for held in (self.back, self.forward):
            held.setAutoRepeat(True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Step")
        self.slider.setMinimumWidth(36)
        self.slider.valueChanged.connect(self._scrubbed)
        self.counter = label("", "muted")
        self.counter.setMinimumWidth(self.counter.fontMetrics().horizontalAdvance("5,000 / 5,000"))
        self.counter.setToolTip("The step that is shown, of all")
        self.speed = ChoiceBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Steps a second")
        self.speed.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.speed.setMinimumContentsLength(0)
        self.speed.setFixedWidth(84)
        for speed in _SPEEDS:
            self.speed.addItem(f"{speed} / s", speed)
        self.speed.setCurrentIndex(_SPEEDS.index(clock.steps_a_second))
        self.speed.activated.connect(lambda _place: setattr(clock, "steps_a_second", self.speed.currentData()))
        self.play.clicked.connect(clock.toggle)
        self.back.clicked.connect(lambda: self.nudge(-1))
        self.forward.clicked.connect(lambda: self.nudge(1))
        self.loop.toggled.connect(lambda on: setattr(clock, "loops", on))
        parts = (self.back, self.play, self.forward, self.slider, self.counter, self.speed, self.loop)
        layout = row(*parts, spacing=2)
        layout.setStretch(3, 1)
        self.setLayout(layout)
        clock.moved.connect(self.refresh)
        clock.changed.connect(self._show_playing)
        self.refresh()

    def nudge(self, steps: int) -> None:
        """Stand still, some steps on or back from here."""
        self._clock.pause()
        self._clock.show_step(self._clock.step + steps)

    def refresh(self) -> None:
        """Show where the clock is."""
        self.slider.blockSignals(True)
        self.slider.setRange(0, self._clock.steps)
        self.slider.setPageStep(max(1, self._clock.steps // 10))
        self.slider.setValue(self._clock.step)
        self.slider.blockSignals(False)
        self.counter.setText(f"{count(self._clock.step)} / {count(self._clock.steps)}")

    def _scrubbed(self, step: int) -> None:
        self._clock.pause()
        self._clock.show_step(step)

    def _show_playing(self) -> None:
        put(self.play, "pause" if self._clock.playing else "play", "text")
        self.play.setToolTip("Pause (Space)" if self._clock.playing else "Play (Space)")
