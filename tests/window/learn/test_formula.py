"""Formulas: set in the theme's colour, never cut off, and shown as they were written where they are broken."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.registry import Registry
from desktop_app.window import theme
from desktop_app.window.learn.formula import Formula, FormulaError, svg_of
from desktop_app.window.theme import colours

# Two fractions above one another.
_TALLEST = 110
FRACTION = r"s \leftarrow \alpha s + (1 - \alpha) g^2,\quad w \leftarrow w - \frac{\eta}{\sqrt{s} + \epsilon}\, g"


def shown(qtbot: QtBot, latex: str, width: int = 600) -> tuple[QWidget, Formula]:
    holder = QWidget()
    holder.setStyleSheet(f"background: {colours().surface};")
    layout = QVBoxLayout(holder)
    formula = Formula()
    formula.show_formula(latex)
    layout.addWidget(formula)
    layout.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(width, 300)
    holder.show()
    qtbot.waitExposed(holder)
    return holder, formula


def inked(formula: QWidget, *, faintly: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the pixels close to the theme's text colour; ``faintly``: other than the ground."""
    image = formula.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)
    text = QColor(colours().text)
    close = np.abs(pixels - [text.red(), text.green(), text.blue()]).sum(2) < 60
    return np.nonzero(np.abs(pixels - pixels[-1, -1]).sum(2) > 60 if faintly else close)


def test_every_formula_of_a_built_in_plugin_can_be_set(registry: Registry) -> None:
    broken = []
    for kind in ("initializer", "activation", "normalization", "optimizer", "schedule", "network"):
        for contribution in registry.shelf(kind).values():
            for latex in (contribution.formula, getattr(contribution, "textbook", "")):
                try:
                    svg = svg_of(latex, "#000000") if latex else b"<svg"
                except FormulaError as error:
                    broken.append((str(contribution), str(error)))
                    continue
                # Limits below a sum or product make the brackets around it as tall as the window (ziamath 0.13).
                tall = float(re.search(rb'height="([0-9.]+)"', svg).group(1)) if latex else 0.0  # type: ignore[union-attr]
                if tall > _TALLEST:
                    broken.append((str(contribution), f"{tall:.0f} pixels tall: {latex}"))
    assert broken == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_formula_is_set_in_the_themes_text_colour(qtbot: QtBot, scheme: theme.Scheme) -> None:
    theme.ask_for(scheme)
    try:
        _, formula = shown(qtbot, FRACTION)
        rows, columns = inked(formula)
        assert formula.reason == ""
        # Many pixels, spread over a formula's width: letters, not a single stroke.
        assert len(rows) > 300
        assert len(set(columns)) > 200
        assert rows.max() - rows.min() > 30
    finally:
        theme.ask_for(None)


def test_a_formula_takes_up_another_scheme_at_once(qtbot: QtBot) -> None:
    theme.ask_for("light")
    try:
        holder, formula = shown(qtbot, FRACTION)
        theme.ask_for("dark")
        holder.setStyleSheet(f"background: {colours().surface};")
        assert len(inked(formula)[0]) > 300
    finally:
        theme.ask_for(None)


def test_a_wide_formula_is_made_smaller_and_not_cut_off(qtbot: QtBot) -> None:
    first, wide = shown(qtbot, FRACTION, 600)
    second, narrow = shown(qtbot, FRACTION, 220)
    assert second is not first  # both are kept alive
    assert narrow.height() < wide.height()
    _, columns = inked(narrow, faintly=True)
    assert columns.max() < narrow.width() - 1
    # All of it is there: the same share of its height to its width.
    before, after = inked(wide, faintly=True), inked(narrow, faintly=True)
    proportion = [np.ptp(rows) / np.ptp(columns) for rows, columns in (before, after)]
    assert proportion[1] == pytest.approx(proportion[0], rel=0.2)


@pytest.mark.parametrize("latex", [r"\frac{x", r"\left( x", r"x^"])
def test_broken_latex_is_shown_as_it_was_written_with_the_reason(qtbot: QtBot, latex: str) -> None:
    _, formula = shown(qtbot, latex)
    assert "This LaTeX cannot be set" in formula.reason
    assert formula._source.isVisible()
    assert formula._source.text() == latex
    assert formula._source.toolTip() == formula.reason
    formula.show_formula(FRACTION)
    assert formula.reason == ""
    assert not formula._source.isVisible()
