"""Icons, all from one set (Phosphor, by way of qtawesome), in a colour of the theme."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.window.theme import colours

_NAMES = {
    "data": "ph.image-square",
    "model": "ph.tree-structure",
    "train": "ph.trend-down",
    "evaluate": "ph.gauge",
    "export": "ph.package",
    "predict": "ph.magic-wand",
    "learn": "ph.graduation-cap",
    "plugins": "ph.puzzle-piece",
    "play": "ph.play-fill",
    "pause": "ph.pause-fill",
    "stop": "ph.stop-fill",
    "folder": "ph.folder-open",
    "table": "ph.table",
    "sample": "ph.t-shirt",
    "open": "ph.file-text",
    "save": "ph.floppy-disk",
    "reset": "ph.arrow-counter-clockwise",
    "undo": "ph.arrow-u-up-left",
    "redo": "ph.arrow-u-up-right",
    "reload": "ph.arrows-clockwise",
    "device": "ph.cpu",
    "search": "ph.magnifying-glass",
    "help": "ph.question",
    "close": "ph.x",
    "wrong": "ph.warning-circle",
    "warning": "ph.warning",
    "good": "ph.check-circle",
    "note": "ph.info",
    "drop": "ph.download-simple",
    "next": "ph.arrow-right",
    "step": "ph.skip-forward",
    "back": "ph.skip-back",
    "return": "ph.arrow-left",
    "left": "ph.caret-left",
    "loop": "ph.repeat",
    "target": "ph.crosshair",
    "curves": "ph.chart-line",
    "code": "ph.code",
    "copy": "ph.copy",
    "card": "ph.cards",
    "race": "ph.flag-banner",
    "wave": "ph.activity",
    "layers": "ph.stack",
    "binary": "ph.toggle-left",
    "normalize": "ph.align-center-horizontal",
    "check": "ph.check",
    "add": "ph.plus",
    "less": "ph.minus",
    "queue": "ph.list-plus",
    "raise": "ph.caret-up",
    "lower": "ph.caret-down",
    "more": "ph.dots-three-vertical",
    "remove": "ph.trash",
    "light": "ph.sun",
    "dark": "ph.moon",
    "expanded": "ph.caret-down",
    "down": "ph.caret-down",
    "up": "ph.caret-up",
    "collapsed": "ph.caret-right",
    "picture": "ph.image",
    "camera": "ph.camera",
    "watch": "ph.eye",
    "frozen": "ph.snowflake",
    "trained": "ph.pencil-simple",
    "star": "ph.star-fill",
    "number": "ph.hash",
    "category": "ph.list-bullets",
    "date": "ph.calendar-blank",
    "text": "ph.text-aa",
    "identifier": "ph.fingerprint",
    "constant": "ph.equals",
    "empty": "ph.prohibit",
}


def icon(name: str, colour: str = "") -> QIcon:
    """Return the icon of that name; ``colour`` is ``#rrggbb``, the theme's muted text where empty.

    Raises: ``KeyError`` for a name that the set above does not have.
    """
    return qtawesome.icon(_NAMES[name], color=colour or colours().muted, color_disabled=colours().muted)


def put(button: QAbstractButton, name: str, role: str = "muted") -> None:
    """Give ``button`` an icon in the theme's colour of that name; ``recolour`` finds it again. No name: no icon."""
    button.setProperty("icon_name", name)
    button.setProperty("icon_role", role)
    button.setIcon(icon(name, getattr(colours(), role)) if name else QIcon())


def recolour(root: QWidget) -> None:
    """Paint the icons of all buttons below ``root`` in the colours of the scheme in use."""
    for button in root.findChildren(QAbstractButton):
        name = button.property("icon_name")
        if name:
            put(button, name, button.property("icon_role"))
