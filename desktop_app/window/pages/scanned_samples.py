"""The samples of the data and what the scan found in them, side by side as two tabs, with the scan's progress."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QProgressBar, QPushButton, QStackedWidget, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, restyle, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.pages.findings_view import FindingsView
from desktop_app.window.scanning import Scanning
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

_BAR_PIXELS = 120
_STEPS = 1000


class ScannedSamples(QWidget):
    """One line of tabs and progress above the samples: findings never push the pictures away."""

    def __init__(self, workspace: Workspace, samples: QWidget) -> None:
        super().__init__()
        self.scanning = Scanning(workspace)
        self.findings = FindingsView(workspace, self.scanning)
        self.stack = QStackedWidget()
        self.stack.addWidget(holding(row(samples, margins=8), "card"))
        self.stack.addWidget(self.findings)
        self.samples_tab = _tab("Samples")
        self.findings_tab = _tab("Findings")
        group = QButtonGroup(self)
        for place, made in enumerate((self.samples_tab, self.findings_tab)):
            group.addButton(made, place)
        group.idClicked.connect(self.stack.setCurrentIndex)
        self.samples_tab.setChecked(True)
        self.text = ElidedLabel("", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_PIXELS)
        self.cancel = button("Cancel", self.scanning.cancel, look="flat")
        self.judge = button("Check labels", self.scanning.judge, look="flat")
        self.judge.setToolTip("Compares each label with what a pretrained network sees in its picture")
        self.again = button("Scan", self.scanning.start, look="flat")
        strip = row(
            self.samples_tab, self.findings_tab, None, self.text, self._bar, self.cancel, self.judge, self.again
        )
        self.setLayout(column(strip, self.stack, spacing=8))
        self.scanning.changed.connect(self.refresh)
        self.scanning.progressed.connect(self._show_progress)
        self.findings.changed.connect(self.refresh)
        self.refresh()

    def join(self) -> None:
        """Have the scan and the threads that read pictures end."""
        self.scanning.close()
        self.findings.join()

    def show_kind(self, is_table: bool) -> None:
        """Name the tab after what it shows."""
        self.samples_tab.setText("Rows" if is_table else "Pictures")

    def refresh(self) -> None:
        """Show how many findings there are and where the scan stands."""
        scanning, open_findings = self.scanning, self.findings.open_findings
        number = len(open_findings)
        self.findings_tab.setText(f"Findings ({count(number)})" if number else "Findings")
        worst = open_findings[0].severity if open_findings else ""
        restyle(self.findings_tab, "tone", {"error": "bad", "warning": "warning"}.get(worst, ""))
        state = scanning.state
        waiting = state == "ready" and scanning.unjudged > 0
        self.cancel.setVisible(scanning.busy)
        self._bar.setVisible(scanning.busy)
        self.judge.setVisible(waiting)
        self.again.setVisible(state in ("cancelled", "failed"))
        if scanning.busy:
            self._show_progress()
        elif state == "cancelled":
            self.text.setText("The scan was cancelled.")
        elif state == "failed":
            self.text.setText(sentence(scanning.error) if scanning.error else "The scan failed.")
        elif waiting:
            self.text.setText(f"Labels of {count(scanning.unjudged, 'picture')} are not checked yet.")
        elif state == "ready":
            self.text.setText("" if number else "Nothing suspicious was found.")
        else:
            self.text.setText("")

    def _show_progress(self) -> None:
        progress = self.scanning.progress
        words = progress.phase or "Scanning the data"
        if progress.total:
            words += f", {count(progress.done)} of {count(progress.total)}"
        self.text.setText(words)
        self._bar.setRange(0, _STEPS if progress.total else 0)
        if progress.total:
            self._bar.setValue(round(_STEPS * progress.done / progress.total))


def _tab(text: str) -> QPushButton:
    made = QPushButton(text)
    made.setCheckable(True)
    made.setProperty("look", "tab")
    return made
