"""The settings of [data] that fit the source, with the names of a table's columns to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.engine.experiment import DataSettings
from desktop_app.window.building_blocks import button, column, holding
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.forms.section import Section
from desktop_app.window.forms.settings_parameters import section_parameters
from desktop_app.window.pages.augmentation_preview import AugmentationPreview
from desktop_app.window.workspace import Workspace

_SPLIT = ("validation", "test", "seed")
_PICTURES = ("image_size", "augment")
_CLASSES = ("mix", "balance")
_TABLE = ("columns", "categorical", "task")
_TEXTS: dict[str, dict[object, str]] = {
    "unreadable": {"fail": "Stop and say which", "skip": "Leave it out"},
    "augment": {"none": "Off", "light": "Light", "strong": "Strong"},
    "mix": {"none": "Off", "mixup": "Blend two (mixup)", "cutmix": "Cut and paste (CutMix)"},
    "balance": {"none": "As they are", "weights": "Count more in the loss", "sampler": "Are drawn more often"},
}
_TITLES = {"unreadable": "Unreadable samples", "mix": "Mix pictures", "balance": "Rare classes"}
# Regular expressions on a sample's name, such as "fox/den/red_12.jpg".
GROUP_PATTERNS = {
    r"^(.+)/": "Same sub-folder",
    r"^(.*?)[ _.-]*\(?\d+\)?\.\w+$": "Numbered series",
}
_WHEN_EMPTY = {"columns": "All columns", "categorical": "As they look"}


class DataForm(QWidget):
    """Made anew where the source or the table changes."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._built: tuple[object, ...] = ()
        self._forms: list[Form] = []
        self._preview: AugmentationPreview | None = None
        self.preview_button = button("See what training sees", self._show_preview, "picture")
        self.preview_button.setToolTip("Some pictures, each as augmentation and mixing change it")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        workspace.draft.changed.connect(self.refresh)
        workspace.data.changed.connect(self.refresh)
        workspace.table.previews.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Make the form that fits the source."""
        draft, data = self._workspace.draft, self._workspace.data
        source, path = draft.get("data.source", ""), draft.get("data.path", "")
        source = source if isinstance(source, str) else source.get("name", "")
        kind = data.value[0].kind if data.value is not None else ("table" if source == "table" else "files")
        own = (False, False)
        if data.value is not None:
            own = (data.value[0].validation is not None, data.value[0].test is not None)
        # Pictures in memory come from a source that names them itself: there is nothing to group them by.
        grouped = source in ("table", "image_folder") and not any(own)
        has_classes = bool(data.value[0].classes) if data.value is not None else kind != "table"
        changes = draft.get("data.augment", "none") != "none" or draft.get("data.mix", "none") != "none"
        self.preview_button.setVisible(changes)
        columns = tuple(sorted(each.name for each in self._workspace.table.previews.value or ()))
        built = (source, path, kind, own, has_classes, columns)
        if built == self._built:
            return
        self._built = built
        self.preview_button.setParent(self)  # the section it stood in goes
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it is deleted only after what is painted next
                widget.deleteLater()
        self._forms = []
        if source == "table":
            rest = (*_TABLE, "balance") if has_classes else _TABLE
            self._add("Table", [self._target(), *self._entries(rest)])
        if kind != "table":
            names = (*_PICTURES, *_CLASSES) if has_classes else _PICTURES
            # Held by a widget of its own: a section shows and hides all that it holds.
            self._add("Pictures", self._entries(names), holding(column(self.preview_button)))
            self.preview_button.setVisible(changes)
        # A source with a part of its own is validated or tested on that: a share would change nothing.
        shown = [name for name, is_own in zip(_SPLIT, (*own, False), strict=True) if not is_own]
        group = [self._group(source)] if grouped else []
        self._add("Split", [*self._entries(shown), *group])
        if source in ("table", "image_folder"):
            self._add("What cannot be read", self._entries(("unreadable",)), opened=False)

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        shown = [form.show_problem(key, sentence) for form in self._forms]
        return any(shown)

    def _show_preview(self) -> None:
        if self._preview is None:
            self._preview = AugmentationPreview(self._workspace, self)
        self._preview.show()
        self._preview.raise_()

    def _add(self, title: str, entries: Sequence[Entry], *more: QWidget, opened: bool = True) -> None:
        form = Form(self._workspace.draft, entries)
        self._forms.append(form)
        self._layout.addWidget(Section(title, form, *more, opened=opened))

    def _entries(self, names: Sequence[str]) -> list[Entry]:
        entries = []
        for parameter in section_parameters(DataSettings, names):
            texts = {**_TEXTS.get(parameter.name, {}), "": _WHEN_EMPTY.get(parameter.name, "")}
            entries.append(Entry(f"data.{parameter.name}", parameter, _TITLES.get(parameter.name, ""), texts))
        return entries

    def _columns(self) -> tuple[str, ...]:
        previews = self._workspace.table.previews.value or ()  # the page says why a table cannot be read
        return tuple(each.name for each in previews if each.natural.kind != "unusable" or each.role == "answer")

    def _group(self, source: str) -> Entry:
        """Offer what usually belongs together: a table's column, or a pattern on the pictures' names."""
        texts: dict[object, str] = {"": "Nothing"}
        if source == "table":
            texts |= {name: name for name in self._columns()}
        else:
            texts.update(GROUP_PATTERNS)
        (plain,) = section_parameters(DataSettings, ["group"])
        return Entry("data.group", replace(plain, choices=tuple(texts)), "Keep together", texts)

    def _target(self) -> Entry:
        columns = self._columns()
        texts: dict[object, str] = {name: name for name in columns}
        parameter = Parameter("target", "choice", "", None, columns, help="The table's column to predict")
        return Entry("data.target", parameter, "Column to predict", texts)
