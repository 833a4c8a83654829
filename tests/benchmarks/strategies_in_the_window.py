"""Trains digits with every strategy in the open window, with mouse and keys, and exports each with its proof.

    python tests/benchmarks/strategies_in_the_window.py [--only TEXT]

Every optimizer in every form, the article's initializers in every distribution, and every activation are picked in the
forms as a person would, trained by the main button, and exported by it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from every_strategy import LEARNING_RATES
from measuring import write_measured
from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QScrollArea, QWidget

from desktop_app.window.application import make_application
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.frame import Frame

_ARTICLE_INITIALIZERS = ("xavier", "he")
_LONGEST_SECONDS = 300.0
_EXPERIMENT = '[data]\nsource = "digits"\n\n[training]\nepochs = 8\n'


@dataclass(frozen=True)
class Strategy:
    """What is picked: the form of a page, the plugin in it, and the values of some of its fields."""

    page: str
    form: str
    name: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = ", ".join(f"{key} {value}" for key, value in self.values.items())
        return f"{self.form} {self.name}" + (f" ({shown})" if shown else "")


def strategies(frame: Frame) -> Iterator[Strategy]:
    """Yield every strategy of the plugins that are Downslope's own."""
    registry = frame.workspace.shelf.registry
    assert registry is not None
    for name, contribution in registry.optimizers.items():
        if "." in name:  # an adapter's, somebody else's code
            continue
        forms = next((parameter.choices for parameter in contribution.parameters if parameter.name == "form"), (None,))
        for form in forms:
            rate = LEARNING_RATES[name, form or "standard"]
            yield Strategy("train", "optimizer", name, {**({"form": form} if form else {}), "lr": rate})
    for name in _ARTICLE_INITIALIZERS:
        for distribution in ("normal", "uniform", "truncated"):
            yield Strategy("model", "initializer", name, {"distribution": distribution})
    for name in registry.activations:
        yield Strategy("model", "activation", name)


class Person:
    """Does with the window what a person does: clicks, chooses, types, waits."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def wait(self, until: Callable[[], bool]) -> None:
        """Let the window live until something holds; ``QTest.qWait`` would keep the training from the interpreter."""
        ends = time.monotonic() + _LONGEST_SECONDS
        while not until():
            if time.monotonic() > ends:
                raise TimeoutError(f"the window did not get there; its draft: {self.frame.workspace.draft.values}")
            self.pause(20)

    def pause(self, milliseconds: float) -> None:
        """Do nothing for a while."""
        loop = QEventLoop()
        QTimer.singleShot(round(milliseconds), loop.quit)
        loop.exec()

    def click(self, widget: QWidget) -> None:
        """Press the left button over a widget that can be pressed, once it is scrolled to."""
        self.wait(lambda: widget.isVisible() and widget.isEnabled())
        above = widget.parentWidget()
        while above is not None:
            if isinstance(above, QScrollArea):
                above.ensureWidgetVisible(widget)
            above = above.parentWidget()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def choose(self, box: QComboBox, value: Any) -> None:
        """Open a list with the mouse and go to an entry with the keys; a long list is searched by typing."""
        place = next(place for place in range(box.count()) if box.itemData(place) == value)
        if box.currentIndex() == place:
            return
        line = box.lineEdit()
        if line is not None:
            self.click(line)
            self.type(line, box.itemText(place))
            return
        self.click(box)
        view = box.view()
        self.wait(view.isVisible)
        steps = place - view.currentIndex().row()
        for _ in range(abs(steps)):
            QTest.keyClick(view, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        QTest.keyClick(view, Qt.Key.Key_Return)

    def type(self, line: QLineEdit, text: str) -> None:
        """Replace what stands in a line."""
        line.setFocus()
        line.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Qt.Key.Key_Return)

    def open(self, path: Path) -> None:
        """Drop a file on the window."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        centre = self.frame.rect().center()
        QApplication.sendEvent(self.frame, QDragEnterEvent(centre, *how))
        QApplication.sendEvent(self.frame, QDropEvent(QPointF(centre), *how))

    def train_and_export(self, strategy: Strategy, experiment: Path) -> dict[str, Any]:
        """Go through the whole job once and return what the window then shows."""
        workspace = self.frame.workspace
        self.open(experiment)
        self.wait(lambda: workspace.network.state == "ready" and workspace.run is None)
        self.click(self.frame.rail.button(strategy.page))
        form: PluginForm = getattr(self.frame.page.form, strategy.form)
        self.choose(form.choice.editor.box, strategy.name)
        for name, value in strategy.values.items():
            editor = form.fields[name].editor
            if hasattr(editor, "box"):
                self.choose(editor.box, value)
            else:
                self.type(editor.line, repr(value))
        self.wait(lambda: workspace.ready_to_train and self.frame.header.main.text() == "Train")
        self.wait(lambda: self._will_be_trained(strategy))
        self.click(self.frame.header.main)
        self.wait(lambda: workspace.run is not None or workspace.training.state == "failed")
        self.click(self.frame.header.main)
        self.wait(lambda: workspace.export.state in ("ready", "failed"))
        parity = workspace.export.value.parity
        return {
            "strategy": str(strategy),
            "accuracy": round(workspace.run_result["val_accuracy"], 4),
            "parity": bool(parity.passed),
            "largest difference": parity.max_abs_diff,
        }

    def _will_be_trained(self, strategy: Strategy) -> bool:
        """Return whether the experiment that Train begins is the one that was picked."""
        section = "training" if strategy.page == "train" else "model"
        chosen = getattr(getattr(self.frame.workspace.experiment, section), strategy.form)
        card = self.frame.workspace.shelf.card(strategy.form, strategy.name)
        picked = {**{parameter.name: parameter.default for parameter in card.parameters}, **chosen.hyper}
        return chosen.name == strategy.name and all(picked[name] == value for name, value in strategy.values.items())


def main() -> None:
    """Open the window, go through the strategies, and write what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only strategies whose description holds this text")
    only = parser.parse_args().only
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DOWNSLOPE_HOME"] = folder
        experiment = Path(folder) / "digits.toml"
        experiment.write_text(_EXPERIMENT, encoding="utf-8")
        application = make_application()
        frame = Frame()
        frame.show()
        frame.load()
        person = Person(frame)
        person.wait(lambda: frame.workspace.shelf.registry is not None)
        for strategy in strategies(frame):
            if only in str(strategy):
                rows.append(person.train_and_export(strategy, experiment))
                sys.stdout.write(f"{rows[-1]}\n")
                sys.stdout.flush()
        frame.close()
        application.quit()
    if not only:
        write_measured(
            "strategies_in_the_window", "python tests/benchmarks/strategies_in_the_window.py", {"runs": rows}
        )


if __name__ == "__main__":
    main()
