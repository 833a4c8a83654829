"""Colours, fonts and the style sheet, in light and dark; the one place where a colour is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

Scheme = Literal["light", "dark"]

# Okabe and Ito's palette (jfly.uni-koeln.de/color), without its black: what colour-blind people can tell apart.
RUN_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
DARK_RUN_COLOURS = ("#56B4E9", "#E69F00", "#2BC49A", "#CC79A7", "#4B9BD1", "#F0803C", "#F0E442")


@dataclass(frozen=True)
class Colours:
    """The colours of one scheme, named after what they are for."""

    window: str
    surface: str
    sunken: str
    line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    good: str
    warning: str
    bad: str
    bad_soft: str
    runs: tuple[str, ...]


LIGHT = Colours(
    window="#F4F5F7",
    surface="#FFFFFF",
    sunken="#ECEEF2",
    line="#DDE1E7",
    text="#1A1F27",
    muted="#5C6675",
    accent="#3F56C7",
    accent_hover="#3448AD",
    accent_soft="#E5E9FB",
    on_accent="#FFFFFF",
    good="#007A58",
    warning="#946200",
    bad="#B3400A",
    bad_soft="#FBEAE2",
    runs=RUN_COLOURS,
)
DARK = Colours(
    window="#15181E",
    surface="#1D2129",
    sunken="#262B35",
    line="#333A46",
    text="#E8EBF0",
    muted="#9AA4B3",
    accent="#8C9EFF",
    accent_hover="#A5B3FF",
    accent_soft="#2A3158",
    on_accent="#10131C",
    good="#3CCB9F",
    warning="#E8B04A",
    bad="#F58A56",
    bad_soft="#3B2721",
    runs=DARK_RUN_COLOURS,
)


def scheme() -> Scheme:
    """Return the scheme in use: what was asked for, otherwise the system's."""
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def colours() -> Colours:
    """Return the colours of the scheme in use."""
    return DARK if scheme() == "dark" else LIGHT


def ask_for(wanted: Scheme | None) -> None:
    """Use this scheme whatever the system says; ``None`` follows the system again."""
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, None: Qt.ColorScheme.Unknown}
    QGuiApplication.styleHints().setColorScheme(schemes[wanted])


def dress(application: QApplication) -> None:
    """Give the application Fusion, the palette, tabular figures and the style sheet of the scheme in use."""
    shades = colours()
    if application.style().objectName() != "fusion":
        application.setStyle("Fusion")
    application.setPalette(_palette(shades))
    application.setFont(tabular(application.font()))
    application.setStyleSheet(_style_sheet(shades))


def tabular(font: QFont) -> QFont:
    """Return ``font`` with figures of one width, so that running numbers stand still."""
    with_figures = QFont(font)
    with_figures.setFeature(QFont.Tag("tnum"), 1)
    return with_figures


def _palette(shades: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: shades.window,
        QPalette.ColorRole.WindowText: shades.text,
        QPalette.ColorRole.Base: shades.surface,
        QPalette.ColorRole.AlternateBase: shades.sunken,
        QPalette.ColorRole.Text: shades.text,
        QPalette.ColorRole.Button: shades.surface,
        QPalette.ColorRole.ButtonText: shades.text,
        QPalette.ColorRole.BrightText: shades.bad,
        QPalette.ColorRole.ToolTipBase: shades.surface,
        QPalette.ColorRole.ToolTipText: shades.text,
        QPalette.ColorRole.PlaceholderText: shades.muted,
        QPalette.ColorRole.Highlight: shades.accent,
        QPalette.ColorRole.HighlightedText: shades.on_accent,
        QPalette.ColorRole.Accent: shades.accent,
        QPalette.ColorRole.Link: shades.accent,
        QPalette.ColorRole.Mid: shades.line,
        QPalette.ColorRole.Dark: shades.line,
        QPalette.ColorRole.Light: shades.surface,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(shades.muted))
    return palette


def _style_sheet(shades: Colours) -> str:
    values = {name: getattr(shades, name) for name in Colours.__dataclass_fields__ if name != "runs"}
    sheet = _STYLE
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name};", f"{values[name]};").replace(f"@{name} ", f"{values[name]} ")
    return sheet


# Sizes lie on a grid of 4 pixels. A widget asks for a look by its "look" property; names are colours of ``Colours``.
_STYLE = """
QToolTip { background: @surface; color: @text; border: 1px solid @line; padding: 4px 8px; }
QWidget[look="rail"] { background: @sunken; }
QWidget[look="header"], QWidget[look="status"] { background: @surface; }
QWidget[look="header"] { border-bottom: 1px solid @line; }
QWidget[look="status"] { border-top: 1px solid @line; }
QWidget[look="card"] { background: @surface; border-radius: 8px; }
QWidget[look="inspector"] { background: @surface; border-left: 1px solid @line; }
QWidget[look="drop"] { background: @surface; border: 2px dashed @line; border-radius: 12px; }
QWidget[look="drop"][over="true"] { background: @accent_soft; border-color: @accent; }
QWidget[look="notice"] { background: @accent_soft; }
QWidget[look="notice"][tone="bad"] { background: @bad_soft; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QLabel[look="title"] { font-size: 20px; font-weight: 600; }
QLabel[look="heading"] { font-size: 14px; font-weight: 600; }
QLabel[look="section"] { font-size: 11px; font-weight: 600; color: @muted; }
QLabel[look="muted"] { color: @muted; }
QLabel[look="small"] { color: @muted; font-size: 11px; }
QLabel[look="figure"] { font-size: 20px; font-weight: 600; }
QLabel[look="bad"] { color: @bad; }
QLabel[look="good"] { color: @good; }
QLabel[look="warning"] { color: @warning; }
QLabel[look="chip"] { background: @sunken; color: @muted; border-radius: 4px; padding: 4px 8px; }
QPushButton { background: @sunken; border: 1px solid transparent; border-radius: 6px; padding: 6px 12px; min-height: 18px; }
QPushButton:hover { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @muted; }
QPushButton[look="main"] { background: @accent; color: @on_accent; font-weight: 600; padding: 6px 16px; }
QPushButton[look="main"]:hover { background: @accent_hover; }
QPushButton[look="main"]:focus { border: 1px solid @text; }
QPushButton[look="main"]:disabled { background: @sunken; color: @muted; }
QPushButton[look="flat"] { background: transparent; padding: 4px 8px; }
QPushButton[look="flat"]:hover { background: @sunken; }
QPushButton[look="flat"]:focus { border-color: @accent; }
QToolButton { background: transparent; border: none; border-radius: 4px; padding: 4px; }
QToolButton:hover { background: @sunken; }
QToolButton:focus { border: 1px solid @accent; }
QToolButton[look="rail"] { padding: 8px 4px 6px 4px; border-radius: 8px; color: @muted; font-size: 11px; }
QToolButton[look="rail"]:hover { background: @line; color: @text; }
QToolButton[look="rail"]:checked { background: @accent_soft; color: @accent; font-weight: 600; }
QToolButton[look="disclosure"] { color: @text; font-weight: 600; padding: 4px 0px; }
QToolButton[look="disclosure"]:hover { background: transparent; color: @accent; }
QLineEdit, QAbstractSpinBox, QComboBox { background: @window; border: 1px solid @line; border-radius: 6px; padding: 4px 8px;
  min-height: 18px; selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: @muted; }
QLineEdit[look="name"] { background: transparent; border-color: transparent; font-size: 15px; font-weight: 600; }
QLineEdit[look="name"]:hover { border-color: @line; }
QLineEdit[look="name"]:focus { border-color: @accent; background: @window; }
QLineEdit[wrong="true"], QComboBox[wrong="true"], QAbstractSpinBox[wrong="true"] { border-color: @bad; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line; padding: 4px; outline: none; }
QProgressBar { background: @sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QListView, QTableView, QTreeView, QTextBrowser, QListWidget, QTableWidget { background: @surface; border: none; outline: none;
  selection-background-color: @accent_soft; selection-color: @text; }
QTableView { gridline-color: @line; alternate-background-color: @window; }
QHeaderView { background: @surface; }
QHeaderView::section { background: @surface; color: @muted; border: none; border-bottom: 1px solid @line; padding: 8px; }
QTableCornerButton::section { background: @surface; border: none; }
QTableView::item { padding: 4px 8px; }
QListView::item { border-radius: 6px; padding: 4px; }
QListView::item:selected { background: @accent_soft; color: @text; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0px; }
QScrollBar::handle { background: @line; border-radius: 4px; min-height: 32px; min-width: 32px; margin: 1px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSlider::groove:horizontal { background: @line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: @surface; border: 2px solid @accent; width: 10px; height: 10px; margin: -5px 0px;
  border-radius: 7px; }
QSlider::handle:horizontal:focus { background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @muted; }
QSlider::handle:horizontal:disabled { border-color: @muted; }
QMenu { background: @surface; border: 1px solid @line; border-radius: 6px; padding: 4px; }
QMenu::item { padding: 6px 16px; border-radius: 4px; }
QMenu::item:selected { background: @accent_soft; color: @text; }
"""
