"""A label, an editor, a mark where the value differs from the default, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QToolButton, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import label, restyle
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import editor_for
from desktop_app.window.forms.proposals import ProposalEditor
from desktop_app.window.icons import put
from desktop_app.window.wording import short, words

LABEL_PIXELS = 112


def default_in_words(parameter: Parameter, by_form: Mapping[str, Any] | None = None) -> str:
    """Return the default as people read it; ``by_form`` holds what it is in each form: ``0.99 standard, 0.9 textbook``.

    A parameter that must be given has an empty text.
    """
    if parameter.required:
        return ""
    if parameter.default is None and by_form:
        return ", ".join(f"{short(value)} {form}" for form, value in by_form.items())
    return short(parameter.default) or "automatic"


def explained(parameter: Parameter, by_form: Mapping[str, Any] | None = None) -> str:
    """Return a tooltip: meaning, usual range and default."""
    lines = [parameter.help or words(parameter.name)]
    if parameter.range:
        lines.append(f"Usual range: {short(parameter.range.low)} to {short(parameter.range.high)}")
    if not parameter.required:
        lines.append(f"Default: {default_in_words(parameter, by_form)}")
    return "\n".join(lines)


class Field(QWidget):
    """``edited`` carries a new value, ``put_back`` asks for the default."""

    edited = Signal(object)
    put_back = Signal()

    def __init__(
        self,
        parameter: Parameter,
        title: str = "",
        texts: dict[Any, str] | None = None,
        by_form: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.parameter = parameter
        self._by_form = by_form or {}
        self._label = ElidedLabel(title or words(parameter.name))
        self._label.setFixedWidth(LABEL_PIXELS)
        proposed = parameter.kind == "text" and parameter.choices
        self.editor = ProposalEditor(parameter, texts or {}) if proposed else editor_for(parameter, texts)
        self._reset = QToolButton()
        self._reset.setIconSize(QSize(14, 14))
        self._reset.setFixedSize(20, 20)
        self._reset.setAccessibleName(f"Reset {words(parameter.name)}")
        self._reset.clicked.connect(self.put_back)
        self._wrong = label("", "bad", wrap=True)
        self._wrong.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(4)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self._reset, 0, 2, Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self._wrong, 1, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        tooltip = explained(parameter, by_form)
        self.setToolTip(tooltip)
        self._label.setToolTip(tooltip)
        self.editor.edited.connect(self._pass_on)
        self.editor.mistyped.connect(self.show_wrong)
        self.show_value(None if parameter.required else parameter.default, differs=False)

    def show_value(self, value: Any, differs: bool) -> None:
        """Show a value, and whether it is another than the default."""
        if value is not None or not self.parameter.required:
            self.editor.show_value(value)
        shown = differs and not self.parameter.required
        put(self._reset, "reset" if shown else "", "accent")
        self._reset.setEnabled(shown)
        self._reset.setToolTip(f"Back to {short(self.parameter.default) or 'automatic'}" if shown else "")

    def show_form(self, form: str) -> None:
        """Show what an automatic value is in the form that is chosen, ``standard`` or ``textbook``."""
        if self._by_form:
            self.editor.show_automatic(self._by_form.get(form))

    @property
    def differs(self) -> bool:
        """Whether the mark for another value than the default is shown."""
        return self._reset.isEnabled()

    @property
    def reset_button(self) -> QToolButton:
        """The button that puts the default back."""
        return self._reset

    @property
    def wrong(self) -> str:
        """What is said to be wrong, or an empty text."""
        return self._wrong.text() if not self._wrong.isHidden() else ""

    def show_wrong(self, sentence: str) -> None:
        """Say what is wrong below the editor; an empty text says that nothing is."""
        self._wrong.setText(sentence[:1].upper() + sentence[1:])
        self._wrong.setVisible(bool(sentence))
        for line in self.editor.findChildren(QLineEdit):
            restyle(line, "wrong", bool(sentence))

    def _pass_on(self, value: Any) -> None:
        self.show_wrong("")
        self.edited.emit(value)
