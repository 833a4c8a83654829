"""The scan behind the Data page, and what its findings' buttons do, driven with the mouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from scenes import scene

from desktop_app.engine.scan import Finding, ScanReport
from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.finding_card import FindingCard
from desktop_app.window.pages.scanned_samples import ScannedSamples

LONG_MS = 60_000


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return two classes of eight pictures; one picture is there twice, one is half of another, one is cut short."""
    for place in range(16):
        folder = tmp_path / "photos" / ("cat", "dog")[place % 2]
        folder.mkdir(parents=True, exist_ok=True)
        scene(place).save(folder / f"{place:02}.png")
    cats = tmp_path / "photos" / "cat"
    shutil.copyfile(cats / "00.png", cats / "again.png")
    (cats / "cut.png").write_bytes((cats / "02.png").read_bytes()[:500])
    return tmp_path / "photos"


def opened(qtbot: QtBot, frame: Frame, path: Path, **data: object) -> ScannedSamples:
    """Open data without a held-out part, so that copies are no leaks, and wait for its scan."""
    values = {"data": {"source": "image_folder", "path": str(path), "validation": 0.0, **data}}
    frame.workspace.open_values(values, path.parent)
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    qtbot.waitUntil(lambda: page.scanned.scanning.state == "ready", timeout=LONG_MS)
    return page.scanned


def click(qtbot: QtBot, button: QWidget) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def card_of(scanned: ScannedSamples, code: str) -> FindingCard:
    return next(card for card in scanned.findings.cards if card.finding.code == code)


def codes(scanned: ScannedSamples) -> list[str]:
    return [finding.code for finding in scanned.findings.open_findings]


def test_data_that_is_opened_is_scanned_and_findings_stand_beside_the_pictures(
    qtbot: QtBot, frame: Frame, photos: Path
) -> None:
    scanned = opened(qtbot, frame, photos)

    assert codes(scanned) == ["unreadable", "exact_duplicates", "tiny_class"]
    assert scanned.findings_tab.text() == "Findings (3)"
    assert scanned.stack.currentIndex() == 0
    click(qtbot, scanned.findings_tab)
    card = card_of(scanned, "exact_duplicates")
    assert card.isVisible()
    assert card.grid is not None
    assert card.grid.pictures.rowCount() == 2
    qtbot.waitUntil(lambda: card.grid.pictures.data(card.grid.pictures.index(0), Qt.ItemDataRole.DecorationRole))


def test_leaving_out_writes_the_names_and_undo_brings_the_finding_back(
    qtbot: QtBot, frame: Frame, photos: Path
) -> None:
    scanned = opened(qtbot, frame, photos)
    click(qtbot, scanned.findings_tab)
    click(qtbot, card_of(scanned, "exact_duplicates").buttons["leave out"])

    assert frame.workspace.draft.get("data.excluded") == ["cat/again.png"]
    assert "exact_duplicates" not in codes(scanned)
    frame.workspace.draft.undo()
    assert frame.workspace.draft.get("data.excluded") is None
    assert "exact_duplicates" in codes(scanned)


def test_only_what_is_selected_is_left_out(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    click(qtbot, scanned.findings_tab)
    card = card_of(scanned, "exact_duplicates")
    assert card.grid is not None
    first = card.grid.visualRect(card.grid.model().index(0, 0)).center()
    qtbot.mouseClick(card.grid.viewport(), Qt.MouseButton.LeftButton, pos=first)

    assert card.buttons["leave out"].text() == "Leave out 1 selected"
    assert card.about.text() == "cat/00.png"
    click(qtbot, card.buttons["leave out"])
    assert frame.workspace.draft.get("data.excluded") == ["cat/00.png"]


def test_a_double_click_enlarges_a_picture_with_its_name(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    click(qtbot, scanned.findings_tab)
    grid = card_of(scanned, "exact_duplicates").grid
    assert grid is not None
    place: QPoint = grid.visualRect(grid.model().index(1, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    popup = scanned.findings.popup

    qtbot.waitUntil(lambda: not popup.picture.pixmap().isNull(), timeout=LONG_MS)
    assert popup.isVisible()
    assert popup.name.text() == "cat/again.png"
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_what_is_kept_goes_away_and_can_be_shown_again(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    click(qtbot, scanned.findings_tab)
    before = frame.workspace.draft.values
    click(qtbot, card_of(scanned, "tiny_class").buttons["keep"])

    assert codes(scanned) == ["unreadable", "exact_duplicates"]
    assert frame.workspace.draft.values == before
    click(qtbot, scanned.findings.show_again)
    assert "tiny_class" in codes(scanned)


def test_unreadable_pictures_can_be_skipped_for_good_and_nothing_is_decoded_twice(
    qtbot: QtBot, frame: Frame, photos: Path
) -> None:
    scanned = opened(qtbot, frame, photos)
    click(qtbot, scanned.findings_tab)
    looked_at: list[tuple[str, int]] = []
    scanned.scanning.progressed.connect(lambda: looked_at.append((scanned.scanning.progress.phase, 0)))
    click(qtbot, card_of(scanned, "unreadable").buttons["set"])

    assert frame.workspace.draft.get("data.unreadable") == "skip"
    qtbot.waitUntil(lambda: card_of(scanned, "unreadable").finding.severity == "warning", timeout=LONG_MS)
    assert ("Looking at pictures", 0) not in looked_at


def test_suggested_labels_are_used_for_what_is_selected(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    doubt = Finding(
        "suspicious_label", "warning", ("cat/00.png", "dog/01.png"), "2 labels look wrong.", "Look.",
        details=("cat → dog?", "dog → cat?"), suggested=("dog", "cat"), leave_out=("cat/00.png", "dog/01.png"),
    )  # fmt: skip
    scanned.scanning.report = ScanReport(18, False, (), ()).with_findings([doubt])
    scanned.scanning.changed.emit()
    click(qtbot, scanned.findings_tab)
    card = card_of(scanned, "suspicious_label")
    assert card.grid is not None
    place = card.grid.visualRect(card.grid.model().index(1, 0)).center()
    qtbot.mouseClick(card.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    click(qtbot, card.buttons["relabel"])

    assert frame.workspace.draft.get("data.relabelled") == [["dog/01.png", "cat"]]
    assert [finding.names for finding in scanned.findings.open_findings] == [("cat/00.png",)]


def test_a_scan_can_be_cancelled_and_started_again(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    scanned = page.scanned
    frame.workspace.open_path(photos)
    qtbot.waitUntil(lambda: scanned.scanning.busy, timeout=LONG_MS)
    qtbot.waitUntil(scanned.cancel.isVisible, timeout=LONG_MS)
    click(qtbot, scanned.cancel)

    assert scanned.scanning.state == "cancelled"
    assert scanned.text.text() == "The scan was cancelled."
    click(qtbot, scanned.again)
    qtbot.waitUntil(lambda: scanned.scanning.state == "ready", timeout=LONG_MS)
    assert "unreadable" in codes(scanned)


def test_where_nothing_is_wrong_one_line_says_so(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    for place in range(20):
        folder = tmp_path / "fine" / ("cat", "dog")[place % 2]
        folder.mkdir(parents=True, exist_ok=True)
        scene(place).save(folder / f"{place:02}.png")
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    frame.workspace.open_path(tmp_path / "fine")
    qtbot.waitUntil(lambda: page.scanned.scanning.state == "ready", timeout=LONG_MS)
    qtbot.waitUntil(
        lambda: not page.scanned.scanning.busy and page.scanned.scanning.report.labels_checked, timeout=LONG_MS
    )

    assert page.scanned.text.text() == "Nothing suspicious was found."
    assert page.scanned.findings_tab.text() == "Findings"


def test_a_constant_column_can_be_left_out(
    qtbot: QtBot, frame: Frame, table: Path, drop: Callable[[QWidget, list[Path]], None]
) -> None:
    lines = table.read_text(encoding="utf-8").splitlines()
    widened = [f"{'unit' if place == 0 else 'cm'},{line}" for place, line in enumerate(lines)]
    table.write_text("\n".join(widened) + "\n", encoding="utf-8")
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    drop(page.drop, [table])
    scanned = page.scanned
    qtbot.waitUntil(lambda: scanned.scanning.state == "ready", timeout=LONG_MS)
    frame.workspace.draft.set("data.columns", ["unit", "x", "y"])  # it is left out unless it is asked for
    qtbot.waitUntil(lambda: "constant_column" in codes(scanned), timeout=LONG_MS)
    click(qtbot, scanned.findings_tab)
    click(qtbot, card_of(scanned, "constant_column").buttons["leave out"])

    assert frame.workspace.draft.get("data.columns") == ["x", "y"]
    assert "constant_column" not in codes(scanned)
    assert scanned.samples_tab.text() == "Rows"


def test_hundreds_of_findings_are_shown_some_at_a_time(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    many = [Finding(f"code_{n}", "note", ("cat/00.png",), f"Finding {n}.", "Look.") for n in range(300)]
    scanned.scanning.report = ScanReport(18, False, (), ()).with_findings(many)
    scanned.scanning.changed.emit()
    click(qtbot, scanned.findings_tab)

    assert len(scanned.findings.cards) == 30
    assert scanned.findings.more.text() == "Show 30 more of 270"
    scanned.findings.more.click()
    assert len(scanned.findings.cards) == 60


def test_a_very_long_name_makes_no_card_wider_than_the_page(qtbot: QtBot, frame: Frame, photos: Path) -> None:
    scanned = opened(qtbot, frame, photos)
    name = "n" * 250
    long = Finding("tiny_class", "warning", (name,), f'1 class has "{name}".', f'Add to "{name}".', about="classes")
    scanned.scanning.report = ScanReport(18, False, (), ()).with_findings([long])
    scanned.scanning.changed.emit()
    click(qtbot, scanned.findings_tab)

    assert card_of(scanned, "tiny_class").width() <= scanned.stack.width()


def test_labels_are_not_checked_beside_a_training_but_after_it(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    for place in range(20):
        folder = tmp_path / "fine" / ("cat", "dog")[place % 2]
        folder.mkdir(parents=True, exist_ok=True)
        scene(place, 100, 80).save(folder / f"{place:02}.png")
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    scanning, workspace = page.scanned.scanning, frame.workspace
    data = {"source": "image_folder", "path": str(tmp_path / "fine"), "image_size": 16}
    values = {"data": data, "model": {"kind": "cnn", "layers": [4]}, "training": {"epochs": 1}}
    workspace.open_values(values, tmp_path)
    qtbot.waitUntil(lambda: scanning.state == "judging", timeout=LONG_MS)
    workspace.start_training()

    assert workspace.training.active
    assert scanning.state == "ready"
    assert not scanning.report.labels_checked
    qtbot.waitUntil(lambda: not workspace.training.active, timeout=LONG_MS)
    qtbot.waitUntil(lambda: scanning.report.labels_checked, timeout=LONG_MS)
