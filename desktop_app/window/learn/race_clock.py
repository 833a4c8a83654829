"""The clock of a race: which step is shown, whether it plays, and how quickly."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

# 25 redraws a second at most, and 10 beside a training: more costs that dearly.
FRAME_MS, FRAME_BESIDE_TRAINING_MS = 40, 100
# After a pause of the whole window a race does not jump ahead by more than this.
_LONGEST_FRAME_MS = 250


class RaceClock(QObject):
    """``moved`` comes with each step that is shown, ``changed`` where it begins or stops to play."""

    moved = Signal(int)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.steps = 0
        self.steps_a_second = 60
        self.loops = False
        self._place = 0.0
        self._since = QElapsedTimer()
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def step(self) -> int:
        """The step that is shown; 0 is the start."""
        return int(self._place)

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    def set_steps(self, steps: int) -> None:
        """Take the length of another race; a step past its end becomes its last."""
        self.steps = steps
        self.show_step(min(self.step, steps))

    def play(self) -> None:
        """Move on from here, or from the start where the end is reached."""
        if self.step >= self.steps:
            self.show_step(0)
        self._since.start()
        self._timer.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stand still."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def show_step(self, step: int) -> None:
        """Go to ``step``; what plays goes on from there."""
        self._place = float(min(max(step, 0), self.steps))
        self.moved.emit(self.step)

    def replay(self) -> None:
        """Play from the start."""
        self.show_step(0)
        self.play()

    def beside_training(self, training: bool) -> None:
        """Move in fewer frames while a training needs the machine."""
        self._timer.setInterval(FRAME_BESIDE_TRAINING_MS if training else FRAME_MS)

    def _tick(self) -> None:
        passed_ms = min(self._since.restart(), _LONGEST_FRAME_MS)
        before = self.step
        self._place += self.steps_a_second * passed_ms / 1000
        if self._place >= self.steps:
            self._place = float(self.steps)
            if self.loops and before >= self.steps:
                self._place = 0.0
            elif not self.loops:
                self.pause()
        if self.step != before:
            self.moved.emit(self.step)
