"""What the diagnosis says of the run on show: findings in plain words, each with evidence and one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.engine.insight.finding import Code, Finding
from desktop_app.engine.insight.titles import TITLES
from desktop_app.errors import DownslopeError
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, restyle, row
from desktop_app.window.cloning import clone_run
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.train.diagnosing import Diagnosing
from desktop_app.window.train.diagnosis_card import DiagnosisCard
from desktop_app.window.train.findings_order import placed
from desktop_app.window.wording import count
from desktop_app.window.workspace import Notice, Workspace

_ICON_PIXELS = 18
# A deep network may have an ill in each of its layers: more cards are made when they are asked for.
_CARDS = 6


class FindingsPanel(QWidget):
    """Asks for a diagnosis behind the window and shows it; ``evidence_asked`` carries an ``Exhibit`` to be shown.

    ``changed`` tells that ``has_errors`` may be another now. Hidden while nothing was trained.
    """

    evidence_asked = Signal(object)
    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.diagnosing = Diagnosing(workspace, self)
        self.cards: list[DiagnosisCard] = []
        self._said: set[Code] = set()
        self._all = False
        self._tone = ("", "muted")
        self._icon = QLabel()
        self.verdict = label("", "heading", wrap=True)
        head = row(self._icon, self.verdict, spacing=8)
        head.setStretch(1, 1)
        head.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        self.remark = label("", "small", wrap=True)
        self._list = column(spacing=8)
        self.more = button("", self._show_all, look="flat")
        self.setLayout(column(head, self.remark, holding(self._list), row(self.more, None), spacing=8))
        self.diagnosing.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self._show_presence)
        workspace.run_changed.connect(self._show_presence)
        self._show_presence()
        self.refresh()

    @property
    def has_errors(self) -> bool:
        """Whether an error was found in the run on show."""
        diagnosis = self.diagnosing.diagnosis
        return diagnosis is not None and any(finding.severity == "error" for finding in diagnosis.findings)

    def refresh(self) -> None:
        """Show the diagnosis as it is now; cards of findings that are still there stay, with focus and selection."""
        diagnosis = self.diagnosing.diagnosis
        findings = diagnosis.findings if diagnosis is not None else ()
        if not findings:
            self._all = False
        self._show_verdict()
        self._show_cards(findings)
        self._tell(findings)
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Paint the icon in the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon"):
            self._paint_icon()
        super().changeEvent(event)

    def _show_presence(self) -> None:
        training = self._workspace.training
        self.setVisible(training.active or self._workspace.run is not None)

    def _show_verdict(self) -> None:
        diagnosing = self.diagnosing
        diagnosis = diagnosing.diagnosis
        text, remark = "Too early to tell", ""
        self._tone = ("note", "muted")
        if diagnosing.error is not None:
            text, remark = "The diagnosis failed", sentence(diagnosing.error)
            self._tone = ("wrong", "bad")
        elif diagnosis is not None:
            text, _, remark = diagnosis.sentence.rstrip(".").partition(": ")
            remark = f"{remark[:1].upper()}{remark[1:]}." if remark else ""
            if not text.startswith("Too early"):
                remark = " ".join([remark, *diagnosis.unseen]).strip()
            if not diagnosis.is_healthy:
                grave = any(finding.severity == "error" for finding in diagnosis.findings)
                self._tone = ("wrong", "bad") if grave else ("warning", "warning")
            elif "healthy" in text:
                self._tone = ("good", "good")
        elif not diagnosing.live:
            text = "Looking at this training…"
        if self.verdict.text() != text:
            self.verdict.setText(text)
        if self.remark.text() != remark:
            self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        restyle(self.verdict, "tone", self._tone[1])
        self._paint_icon()

    def _show_cards(self, findings: tuple[Finding, ...]) -> None:
        wanted = placed(findings)
        if not self._all and len(wanted) > _CARDS + 1:
            self.more.setText(f"Show {count(len(wanted) - _CARDS)} more")
            self.more.show()
            wanted = wanted[:_CARDS]
        else:
            self.more.hide()
        there = {card.key: card for card in self.cards}
        cards = []
        for place, each in enumerate(wanted):
            card = there.pop((each.finding.code, each.finding.layer), None) or self._make_card(each.finding)
            below = each.below
            cause = "" if below is None else TITLES[below.code] + (f" ({below.layer})" if below.layer else "")
            card.show_finding(each.finding, each.depth, cause)
            if self._list.indexOf(card) != place:
                self._list.insertWidget(place, card)
            cards.append(card)
        for card in there.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = cards

    def _make_card(self, finding: Finding) -> DiagnosisCard:
        card = DiagnosisCard(finding)
        card.evidence_asked.connect(self.evidence_asked)
        card.mending_asked.connect(self._mend)
        return card

    def _tell(self, findings: tuple[Finding, ...]) -> None:
        """Say an error of a training under way in the bar, once a training: its page may not be in front."""
        if self.diagnosing.diagnosis is None:
            self._said.clear()
            return
        if not self.diagnosing.live:
            return
        new = [each for each in findings if each.severity == "error" and each.code not in self._said]
        self._said.update(each.code for each in new)
        if new:
            ask = self._workspace.page_asked
            self._workspace.said.emit(Notice(new[0].message, "bad", "Look at it", lambda: ask.emit("train")))

    def _mend(self, finding: Finding) -> None:
        """Open a clone of the run's experiment with what the advice changes."""
        session, run = self._workspace.training.session, self._workspace.run
        if self._workspace.training.active and session is not None:
            run = session.run
        if run is None:
            return
        try:
            clone_run(self._workspace, run, finding.changes, f"It is to mend that {TITLES[finding.code]}")
        except DownslopeError as error:
            self._workspace.say_error(error)

    def _show_all(self) -> None:
        self._all = True
        self.refresh()

    def _paint_icon(self) -> None:
        name, look = self._tone
        self._icon.setVisible(bool(name))
        if name:
            self._icon.setPixmap(icon(name, getattr(colours(), look)).pixmap(_ICON_PIXELS))
