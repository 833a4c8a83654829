"""What a column of a table is, in words and icons, and the menu that changes it."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.reading.table_preview import ColumnPreview
from desktop_app.window.icons import icon
from desktop_app.window.table_columns import TableColumns
from desktop_app.window.wording import count

ICONS = {
    "number": "number",
    "category": "category",
    "date": "date",
    "text": "text",
    "identifier": "identifier",
    "row numbers": "number",
    "constant": "constant",
    "empty": "empty",
    "other": "empty",
}


def type_words(preview: ColumnPreview) -> str:
    """Return what stands under a column's name."""
    looks = "cannot be used" if preview.column.looks == "other" else preview.column.looks
    if preview.role == "answer":
        return f"{looks}, to predict"
    if preview.role == "group":
        return f"{looks}, keeps together"
    return f"{looks}, left out" if preview.role == "left out" else looks


def type_sentences(preview: ColumnPreview) -> str:
    """Return the tooltip of a column."""
    lines = [preview.name, type_words(preview).capitalize()]
    if preview.column.reason and preview.role == "left out":
        lines[1] += f": it {preview.column.reason}"
    if preview.missing and preview.column.looks != "empty":
        lines.append(f"{count(preview.missing, 'value')} missing")
    return "\n".join(lines)


def column_menu(preview: ColumnPreview, columns: TableColumns, parent: QWidget) -> QMenu:
    """Return the menu of one column; each action is one step of undo."""
    menu = QMenu(parent)
    name, natural, now = preview.name, preview.natural, preview.column.kind
    used = preview.role != "left out"
    if natural.looks in ("number", "row numbers") or (natural.looks == "constant" and natural.kind != "categorical"):
        _add(menu, "Number", "number", used and now == "numeric", lambda: columns.use_as(name, "number"))
    if natural.kind == "date":
        _add(menu, "Date", "date", used and now == "date", lambda: columns.use_as(name, "date"))
    if natural.looks not in ("empty", "other"):
        _add(menu, "Category", "category", used and now == "categorical", lambda: columns.use_as(name, "category"))
    if preview.role in ("learned from", "left out"):
        leave_out = _add(menu, "Leave out", "empty", not used, lambda: columns.leave_out(name))
        leave_out.setEnabled(used)
    if natural.looks in ("number", "category", "row numbers"):
        menu.addSeparator()
        _add(menu, "Predict this column", "target", preview.role == "answer", lambda: columns.predict(name))
    if preview.column.reason:
        menu.addSeparator()
        menu.addAction(f"It {preview.column.reason}").setEnabled(False)
    return menu


def _add(menu: QMenu, text: str, image: str, checked: bool, act: object) -> QAction:
    action = menu.addAction(icon("check" if checked else image), text)
    action.setCheckable(True)
    action.setChecked(checked)
    action.triggered.connect(lambda _checked=False: act())  # type: ignore[operator]
    return action
