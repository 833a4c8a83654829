"""Colours, fonts and the style sheet, in light and dark; the one place where a colour is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app.window.style_sheet import STYLE_SHEET

Scheme = Literal["light", "dark"]
_ASKED = "downslope_scheme"

# Okabe and Ito's palette (jfly.uni-koeln.de/color), without its black: what colour-blind people can tell apart.
RUN_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
DARK_RUN_COLOURS = ("#56B4E9", "#E69F00", "#2BC49A", "#CC79A7", "#4C72D9", "#F0803C", "#F0E442")


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
    application = QGuiApplication.instance()
    asked = application.property(_ASKED) if application is not None else None
    if asked in ("light", "dark"):
        return "dark" if asked == "dark" else "light"
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def colours() -> Colours:
    """Return the colours of the scheme in use."""
    return DARK if scheme() == "dark" else LIGHT


def ask_for(wanted: Scheme | None) -> None:
    """Use this scheme whatever the system says; ``None`` follows the system again."""
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark, None: Qt.ColorScheme.Unknown}
    application = QApplication.instance()
    if isinstance(application, QApplication):
        # Not every platform takes a scheme from an application (X11 without a desktop does not): it is kept here too.
        application.setProperty(_ASKED, wanted or "")
        QGuiApplication.styleHints().setColorScheme(schemes[wanted])
        dress(application)


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
    sheet = STYLE_SHEET
    for name in sorted(values, key=len, reverse=True):
        sheet = sheet.replace(f"@{name};", f"{values[name]};").replace(f"@{name} ", f"{values[name]} ")
    return sheet
