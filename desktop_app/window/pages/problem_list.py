"""What is wrong with the data, as a list that can be folded out and acted on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QListWidget, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.wording import count

if TYPE_CHECKING:
    from desktop_app.api.samples import ProblemReport

_SHOWN = 1000
_HEIGHT = 112


class ProblemList(QWidget):
    """Hidden while there is nothing wrong."""

    def __init__(self, leave_out: Callable[[], object]) -> None:
        super().__init__()
        self._title = label("", "warning")
        self._list = QListWidget()
        self._list.setFixedHeight(_HEIGHT)
        self._list.setAccessibleName("Problems of the data")
        self._show = button("Show", self._fold, "", "flat")
        self._leave_out = button("Leave them out", leave_out, "", "flat")
        card = column(row(self._title, None, self._show, self._leave_out), self._list, margins=8)
        self.setLayout(row(holding(card, "card")))
        self._list.hide()
        self.hide()

    def show_problems(self, problems: Sequence[ProblemReport]) -> None:
        """List the problems, at most a thousand of them."""
        self._list.clear()
        self._list.addItems([f"{found.path}: {found.problem}" for found in problems[:_SHOWN]])
        more = f", the first {count(_SHOWN)} are listed" if len(problems) > _SHOWN else ""
        self._title.setText(f"{count(len(problems), 'problem')} found in the data{more}")
        self.setVisible(bool(problems))

    def _fold(self) -> None:
        self._list.setVisible(self._list.isHidden())
        self._show.setText("Show" if self._list.isHidden() else "Hide")
