"""The checks of a plugin with a tick or a cross each, as they came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import icon
from desktop_app.window.plugin_check import PluginCheck
from desktop_app.window.theme import colours
from desktop_app.window.wording import count
from desktop_app.window.wrapped_text import WrappedText

_ICON_PIXELS = 16


class _Mark(QLabel):
    """A tick or a cross in the colours of the scheme."""

    def __init__(self, passed: bool) -> None:
        super().__init__()
        self.passed = passed
        self.setFixedWidth(_ICON_PIXELS)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName("passed" if passed else "failed")
        self._paint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        shades = colours()
        name, colour = ("check", shades.good) if self.passed else ("close", shades.bad)
        self.setPixmap(icon(name, colour).pixmap(_ICON_PIXELS))


class CheckList(QWidget):
    """Shows a ``PluginCheck``: what it does while it runs, then its results, failed ones first."""

    def __init__(self, check: PluginCheck) -> None:
        super().__init__()
        self._check = check
        self.title = label("", "section")
        self._busy = QProgressBar()
        self._busy.setTextVisible(False)
        self._line = ElidedLabel("", "small")
        self._cancel = button("Cancel", check.cancel, "", "flat")
        self._running = holding(column(self._busy, row(self._line, None, self._cancel), spacing=4))
        self.rows = QVBoxLayout()
        self.rows.setSpacing(8)
        self.setLayout(column(self.title, self._running, self.rows, spacing=8))
        check.changed.connect(self.refresh)
        self._shown: list[dict[str, Any]] | None = None
        self._target = ""
        self.refresh()

    def follow(self, target: str) -> None:
        """Show the results where they are those of the plugin at ``target``, and nothing where they are another's."""
        self._target = target
        self.refresh()

    def refresh(self) -> None:
        """Show how far the check is."""
        check = self._check
        mine = bool(check.target) and check.target == self._target
        self.setVisible(mine)
        running = mine and check.running
        self._running.setVisible(running)
        # A bar without an end keeps repainting: it runs only while it is seen.
        self._busy.setRange(0, 0 if running else 1)
        self._line.setText(check.line or f"Checking {Path(check.target).name}")
        failed = sum(1 for row_ in check.checks if not row_.get("passed"))
        if running or not (check.checks or check.problem):
            self.title.setText("CHECK" if running else "CHECK CANCELLED")
        elif check.problem:
            self.title.setText("CHECK FAILED")
        else:
            self.title.setText(
                f"{count(failed)} OF {count(len(check.checks), 'CHECK', 'CHECKS')} FAILED"
                if failed
                else f"ALL {count(len(check.checks))} CHECKS PASSED"
            )
        results = [{"check": "", "passed": False, "detail": check.problem}] if check.problem else check.checks
        if results != self._shown:
            self._shown = list(results)
            self._fill(sorted(results, key=lambda result: bool(result.get("passed"))))

    def _fill(self, results: list[dict[str, Any]]) -> None:
        while (item := self.rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for result in results:
            passed = bool(result.get("passed"))
            name = WrappedText(str(result.get("check", "")))
            detail = WrappedText(str(result.get("detail", "")), "muted" if passed else "bad")
            texts = column(*([name] if result.get("check") else []), detail, spacing=0)
            detail.setVisible(bool(result.get("detail")))
            mark = _Mark(passed)
            inner = row(mark, texts)
            inner.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
            inner.setStretch(1, 1)
            self.rows.addWidget(holding(inner))
