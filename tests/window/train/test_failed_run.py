"""What a failed run can go on with stands below its reason, as a button."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame

LONG_MS = 60_000


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_a_run_that_overflowed_goes_on_with_a_lower_rate_at_a_press(frame: Frame, qtbot: QtBot) -> None:
    workspace = frame.workspace
    settings = {
        "data.source": "digits", "data.test": 0.6, "model.kind": "mlp", "model.layers": [8],
        "model.normalization": "none", "training.optimizer": {"name": "sgd", "lr": 1e20}, "training.epochs": 1,
    }  # fmt: skip
    for key, value in settings.items():
        workspace.draft.set(key, value)
    qtbot.waitUntil(lambda: workspace.ready_to_train, timeout=LONG_MS)
    qtbot.mouseClick(frame.rail.button("train"), Qt.MouseButton.LeftButton)
    workspace.start_training()
    qtbot.waitUntil(lambda: workspace.run_status == "failed", timeout=LONG_MS)
    shown = frame.pages["train"].run_panel.failed

    assert "is not finite any more at step" in shown.reason.text()
    assert shown.go_on.isVisible()
    assert shown.go_on.text() == "Go on at learning rate 1e+19"
    qtbot.mouseClick(shown.go_on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not workspace.training.active and workspace.run is not None, timeout=LONG_MS)

    assert [event.text for event in workspace.run.events() if event.kind == "learning_rate"] == ["1e+19"]
