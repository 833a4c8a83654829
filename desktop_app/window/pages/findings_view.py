"""The findings of the scan as a list of cards, the worst first, of which some may have been dealt with or accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.window import data_changes
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.pages.finding_card import FindingCard
from desktop_app.window.picture_popup import PicturePopup
from desktop_app.window.scanning import Scanning
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.scan.finding import Finding

# Cards hold lists and read pictures: more are made when they are asked for.
_CARDS_AT_ONCE = 30


class FindingsView(QWidget):
    """``changed`` tells that ``open_findings`` are others now."""

    changed = Signal()

    def __init__(self, workspace: Workspace, scanning: Scanning) -> None:
        super().__init__()
        self._workspace, self._scanning = workspace, scanning
        self.open_findings: tuple[Finding, ...] = ()
        self.cards: list[FindingCard] = []
        self._accepted: dict[str, set[str]] = {}
        self._most = _CARDS_AT_ONCE
        self._pictures: tuple[Any, Mapping[str, Any]] = (None, {})
        self.popup = PicturePopup(self, workspace.background)
        self.nothing = label("", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.more = button("", self._show_more)
        self._accepted_text = label("", "muted")
        self.show_again = button("Show them again", self._forget_accepted, look="flat")
        self._accepted_row = holding(row(self._accepted_text, self.show_again, None))
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        inside = QWidget()
        inside.setLayout(column(self._list, row(self.more, None), self.nothing, self._accepted_row, None, spacing=12))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        self.setLayout(row(self._area))
        scanning.changed.connect(self.refresh)
        workspace.draft.changed.connect(self.refresh)
        self.refresh()

    def join(self) -> None:
        """Wait for the threads that read pictures."""
        for card in self.cards:
            card.join()

    def refresh(self) -> None:
        """Show what is open of the scan's findings; what was dealt with goes away before the next scan confirms it."""
        report = self._scanning.report
        draft = self._workspace.draft
        left_out, relabelled = frozenset(data_changes.left_out(draft)), frozenset(data_changes.relabelled(draft))
        findings = []
        for finding in report.findings if report is not None else ():
            gone = set(self._accepted.get(finding.code, ()))
            if finding.about == "samples":
                gone |= left_out | (relabelled if finding.suggested else frozenset())
            if finding.about == "columns" and (kept := self._workspace.draft.get("data.columns")):
                gone |= set(finding.names) - set(kept)
            still = finding.without(gone) if gone.intersection(finding.names) else finding
            if still is not None:
                findings.append(still)
        self.open_findings = tuple(findings)
        self._show_cards()
        accepted = sum(map(len, self._accepted.values()))
        self._accepted_text.setText(f"{count(accepted)} kept as they are.")
        self._accepted_row.setVisible(bool(accepted))
        self.nothing.setText(self._nothing_text())
        self.nothing.setVisible(not findings)
        self.changed.emit()

    def _nothing_text(self) -> str:
        if self._scanning.busy:
            return "Nothing was found so far."
        if self._scanning.report is None:
            return "The data was not scanned."
        return "Nothing suspicious was found."

    def _show_cards(self) -> None:
        """Keep the cards of findings that stayed the same, with what is selected in them; make the others anew."""
        wanted = self.open_findings[: self._most]
        items = self._items()
        kept = {card.finding: card for card in self.cards if card.finding in wanted}
        for card in self.cards:
            if kept.get(card.finding) is not card:
                self._list.removeWidget(card)
                card.join()
                card.hide()
                card.deleteLater()
        self.cards = []
        for place, finding in enumerate(wanted):
            card = kept.get(finding) or self._make_card(finding, items)
            if self._list.indexOf(card) != place:
                self._list.insertWidget(place, card)
            self.cards.append(card)
        hidden = len(self.open_findings) - len(wanted)
        self.more.setText(f"Show {count(min(hidden, _CARDS_AT_ONCE))} more of {count(hidden)}")
        self.more.setVisible(hidden > 0)

    def _make_card(self, finding: Finding, items: Mapping[str, Any]) -> FindingCard:
        samples = self._pictures[0]
        columns = samples.items.names if samples is not None and samples.kind == "table" else ()
        card = FindingCard(self._workspace.draft, finding, items, columns)
        card.kept.connect(lambda names, code=finding.code: self._accept(code, names))
        card.enlarged.connect(self.popup.show_picture)
        return card

    def _items(self) -> Mapping[str, Any]:
        """Return the pictures that the report is about by their names; none for a table."""
        samples = self._scanning.samples
        if samples is not self._pictures[0]:
            is_table = samples is None or samples.kind == "table"
            names = () if is_table else samples.names or [str(place) for place in range(len(samples))]
            self._pictures = (samples, {} if is_table else dict(zip(map(str, names), samples.items, strict=True)))
        return self._pictures[1]

    def _accept(self, code: str, names: tuple[str, ...]) -> None:
        self._accepted.setdefault(code, set()).update(names)
        self.refresh()

    def _forget_accepted(self) -> None:
        self._accepted.clear()
        self.refresh()

    def _show_more(self) -> None:
        self._most += _CARDS_AT_ONCE
        self.refresh()
