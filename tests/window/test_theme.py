from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window import icons, theme
from desktop_app.window.theme import DARK, LIGHT, Colours


def luminance(colour: str) -> float:
    """WCAG 2.1's relative luminance."""
    parts = [part / 255 for part in QColor(colour).getRgb()[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("shades", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["text", "muted", "good", "warning", "bad", "accent"])
def test_text_is_readable_on_every_ground(shades: Colours, name: str) -> None:
    for ground in (shades.surface, shades.window):
        assert contrast(getattr(shades, name), ground) >= 4.5


@pytest.mark.parametrize("shades", [LIGHT, DARK], ids=["light", "dark"])
def test_the_main_button_is_readable(shades: Colours) -> None:
    assert contrast(shades.on_accent, shades.accent) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_the_style_sheet_is_filled_in(qtbot: QtBot, scheme: theme.Scheme) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    try:
        theme.ask_for(scheme)
        assert theme.scheme() == scheme
        assert re.findall(r"@\w+", application.styleSheet()) == []
        assert (DARK if scheme == "dark" else LIGHT).accent in application.styleSheet()
    finally:
        theme.ask_for(None)
        application.setStyleSheet("")


def test_every_icon_is_in_the_set(qtbot: QtBot) -> None:
    assert all(not icons.icon(name).pixmap(16).isNull() for name in icons._NAMES)


def test_icons_of_buttons_follow_the_scheme(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    button = QPushButton(holder)
    try:
        theme.ask_for("light")
        icons.put(button, "folder", "text")
        light = button.icon().pixmap(16).toImage()
        theme.ask_for("dark")
        icons.recolour(holder)
        assert button.icon().pixmap(16).toImage() != light
    finally:
        theme.ask_for(None)
