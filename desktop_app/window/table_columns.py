"""The columns of the open table: read behind the window, and what people make of each, written into the draft."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from desktop_app.reading.table_preview import ColumnPreview, table_preview
from desktop_app.reading.tables import read_frame
from desktop_app.window.background import Background
from desktop_app.window.computed import Computed
from desktop_app.window.draft import Draft

if TYPE_CHECKING:
    import polars as pl

_KEYS = ("target", "columns", "categorical", "group")


class TableColumns(QObject):
    """``previews`` holds a tuple of ``ColumnPreview`` while the draft's data is a table that can be read."""

    def __init__(self, draft: Draft, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self.previews = Computed("table columns", background, self)
        self._asked = ""
        self._file: tuple[object, ...] = ()
        self._frame: pl.DataFrame | None = None

    def look(self) -> None:
        """Read the columns anew where the table, or what is made of it, has changed."""
        data = self._draft.get("data", {})
        source = data.get("source", "")
        if (source if isinstance(source, str) else source.get("name", "")) != "table" or not data.get("path"):
            self._asked, self._file, self._frame = "", (), None
            if self.previews.state != "empty":
                self.previews.clear()
            return
        chosen: dict[str, Any] = {key: data[key] for key in _KEYS if data.get(key)}
        path = Path(self._draft.folder) / data["path"]
        asked = json.dumps([str(path), chosen], sort_keys=True, default=str)
        if asked == self._asked:
            return
        self._asked = asked

        def read() -> tuple[ColumnPreview, ...]:
            return table_preview(self._read(path), **chosen)

        self.previews.ask(read)

    def use_as(self, name: str, kind: str) -> None:
        """Take a column as a ``category``, or as what it looks like by itself, and learn from it."""
        categorical = [known for known in self._draft.get("data.categorical", ()) if known != name]
        if kind == "category" and self._preview(name).natural.kind != "categorical":
            categorical.append(name)
        self._draft.update({"data.categorical": categorical or None, **self._columns({name}, set())}, apart=True)

    def leave_out(self, name: str) -> None:
        """Learn nothing from a column."""
        self._draft.update(self._columns(set(), {name}), apart=True)

    def predict(self, name: str) -> None:
        """Make a column the one to predict."""
        self._draft.update({"data.target": name, **self._columns(set(), set(), target=name)}, apart=True)

    def _columns(self, more: set[str], less: set[str], target: str = "") -> dict[str, Any]:
        """Return the change to ``data.columns``; it goes where all are used that would be by themselves."""
        previews = self.previews.value or ()
        order = [name for name in self._draft.get("data.columns", ()) if name not in {each.name for each in previews}]
        used, natural = order, []
        for each in previews:
            role = "learned from" if target and each.role == "answer" and target != each.name else each.role
            if each.name == target or role in ("answer", "group"):
                continue
            taken = (role == "learned from" or each.name in more) and each.name not in less
            used += [each.name] if taken else []
            natural += [each.name] if each.natural.kind != "unusable" else []
        return {"data.columns": None if used == natural else sorted(used, key=self._place)}

    def _place(self, name: str) -> int:
        columns = self._frame.columns if self._frame is not None else []
        return columns.index(name) if name in columns else len(columns)

    def _preview(self, name: str) -> ColumnPreview:
        return next(each for each in self.previews.value if each.name == name)

    def _read(self, path: Path) -> pl.DataFrame:
        """Return the table, read again only where the file has changed; on a thread behind the window."""
        stat = path.stat() if path.is_file() else None
        file = (path, stat and stat.st_mtime_ns, stat and stat.st_size)
        if self._frame is None or file != self._file:
            self._frame, self._file = read_frame(path), file
        return self._frame
