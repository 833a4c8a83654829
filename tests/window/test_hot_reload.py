"""A plugin that is saved while the window is open is there at once; a broken one is named and hurts nobody."""

import hashlib
import json
import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.registry import trial
from desktop_app.window.frame import Frame

LONG_MS = 60_000

RULE = """
    import torch
    from desktop_app.api import Optimizer, hookimpl


    class Steep(torch.optim.SGD):
        def __init__(self, params, lr: float = 0.05{more}):
            super().__init__(params, lr=lr)


    @hookimpl
    def register_optimizers():
        return Optimizer("steep", Steep, title="Steep")
"""

Save = Callable[[str, str], Path]


@pytest.fixture
def save(home: Path) -> Save:
    """Return a writer of plugin files that writes as editors do: another file, renamed over."""

    def save_plugin(name: str, body: str) -> Path:
        file = home / "plugins" / name
        file.parent.mkdir(exist_ok=True)
        beside = file.with_name(f".{name}.swap")
        beside.write_text(textwrap.dedent(body), encoding="utf-8")
        os.replace(beside, file)
        return file

    return save_plugin


def rule(more: str = "") -> str:
    return RULE.format(more=more)


def fields(frame: Frame) -> list[str]:
    return list(frame.pages["train"].form.optimizer.fields)  # type: ignore[attr-defined]


def default(frame: Frame) -> object:
    card = frame.workspace.shelf.card("optimizer", "steep")
    return card.parameters[0].default if card else None


def wait_for(qtbot: QtBot, true: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(true()), timeout=LONG_MS)


def test_a_form_follows_the_file_through_changes_a_broken_save_and_its_end(
    qtbot: QtBot, frame: Frame, save: Save
) -> None:
    shelf = frame.workspace.shelf
    reloaded: list[frozenset[tuple[str, str]]] = []
    shelf.reloaded.connect(reloaded.append)
    file = save("steep.py", rule())
    wait_for(qtbot, lambda: shelf.card("optimizer", "steep"))
    assert frame.notices.text == 'The plugin steep can be used now: optimizer "steep".'
    frame.workspace.draft.set("training.optimizer", "steep")
    assert fields(frame) == ["lr"]

    save("steep.py", rule(", zeal: float = 0.5"))
    wait_for(qtbot, lambda: fields(frame) == ["lr", "zeal"])
    assert reloaded == [frozenset({("optimizer", "steep")})] * 2

    save("steep.py", "def (")
    wait_for(qtbot, lambda: "the last good version stays" in frame.notices.text)
    assert frame.notices.text == (
        "steep.py has an error: SyntaxError: invalid syntax (line 1); the last good version stays in use."
    )
    assert fields(frame) == ["lr", "zeal"]
    assert "steep" in shelf.registry.optimizers  # type: ignore[union-attr]
    assert frame.pages["plugins"].state == "attention"
    assert len(reloaded) == 2

    # The name of the parameter alone is another one: as many fields as before.
    save("steep.py", rule(", haste: float = 0.5"))
    wait_for(qtbot, lambda: fields(frame) == ["lr", "haste"])
    assert frame.pages["plugins"].state == "ready"

    file.unlink()
    wait_for(qtbot, lambda: shelf.card("optimizer", "steep") is None)
    frame.workspace.look()
    assert reloaded[-1] == {("optimizer", "steep")}


def test_a_training_ends_with_the_version_that_it_began_with(
    qtbot: QtBot, frame: Frame, save: Save, table: Path
) -> None:
    workspace = frame.workspace
    file = save("steep.py", rule())
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    wait_for(qtbot, lambda: workspace.shelf.card("optimizer", "steep"))
    workspace.open_path(table)
    workspace.draft.update({"data.target": "side", "training.optimizer": "steep", "training.epochs": 20_000})
    wait_for(qtbot, lambda: workspace.ready_to_train)
    workspace.start_training()
    wait_for(qtbot, lambda: workspace.training.state == "running")
    session = workspace.training.session
    assert session is not None

    save("steep.py", rule().replace("0.05", "0.25"))
    wait_for(qtbot, lambda: default(frame) == 0.25)

    assert workspace.training.state == "running"
    wait_for(qtbot, lambda: len(session.recorder.read("lr", 0)[1]) > 0)
    workspace.training.stop()
    wait_for(qtbot, lambda: not workspace.training.active)
    wait_for(qtbot, lambda: workspace.run is not None)
    run = workspace.run
    assert run is not None
    assert set(run.series("lr")[1]) == {0.05}
    used = json.loads((run.folder / "environment.json").read_text(encoding="utf-8"))["plugins"]
    assert [plugin["sha256"] for plugin in used if plugin["name"] == "steep"] == [sha256]


def test_an_endless_loop_is_named_and_the_window_goes_on(
    qtbot: QtBot, frame: Frame, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "IMPORT_SECONDS", 2.0)
    shelf = frame.workspace.shelf

    save("endless.py", "while True:\n    pass\n")
    wait_for(qtbot, lambda: shelf.loading)
    # While it is tried the window answers.
    frame.show_page("plugins")
    frame.workspace.draft.set("training.epochs", 3)
    wait_for(qtbot, lambda: "endless.py" in frame.notices.text)

    assert "its import did not end within 2 seconds (an endless loop in line" in frame.notices.text
    table = frame.pages["plugins"].table.model()  # type: ignore[attr-defined]
    assert [table.index(0, place).data() for place in (0, 3)] == ["endless", "failed"]
    save("steep.py", rule())
    wait_for(qtbot, lambda: shelf.card("optimizer", "steep"))


def test_a_file_that_ends_the_program_does_not_end_this_one(qtbot: QtBot, frame: Frame, save: Save) -> None:
    save("leaves.py", "import os\nos._exit(7)\n")

    wait_for(qtbot, lambda: "leaves.py" in frame.notices.text)

    assert frame.notices.text == "leaves.py could not be loaded: its import ended the whole program (exit status 7)."


def test_the_window_closes_while_a_file_is_tried(qtbot: QtBot, frame: Frame, save: Save) -> None:
    save("endless.py", "while True:\n    pass\n")
    wait_for(qtbot, lambda: frame.workspace.shelf._trial._child)

    frame.close()  # its fixture sees to it that no thread is left

    assert frame.workspace.shelf._trial._child is None


def test_what_is_saved_while_plugins_are_loaded_is_not_missed(qtbot: QtBot, save: Save) -> None:
    made = Frame()
    qtbot.addWidget(made)
    made.load()
    save("steep.py", rule())
    wait_for(qtbot, lambda: made.workspace.shelf.card("optimizer", "steep"))
    made.close()


def test_an_activation_that_changes_has_the_network_built_again(
    qtbot: QtBot, frame: Frame, save: Save, table: Path
) -> None:
    body = """
        import torch
        from desktop_app.api import Activation, hookimpl

        @hookimpl
        def register_activations():
            return Activation("bent", torch.nn.{kind})
    """
    workspace = frame.workspace
    save("bent.py", body.format(kind="Tanh"))
    wait_for(qtbot, lambda: workspace.shelf.card("activation", "bent"))
    workspace.open_path(table)
    workspace.draft.update({"data.target": "side", "model.activation": "bent"})

    def kinds() -> set[str]:
        built = workspace.network.value
        return {layer.kind for layer in built.summary.rows} if built else set()

    # Right after it was opened: what is read meanwhile belongs to the draft of before.
    wait_for(qtbot, lambda: "Tanh" in kinds())

    save("bent.py", body.format(kind="ELU"))

    wait_for(qtbot, lambda: "ELU" in kinds())
    assert "Tanh" not in kinds()


def test_the_reload_button_may_be_pressed_while_a_training_runs(qtbot: QtBot, frame: Frame, table: Path) -> None:
    workspace = frame.workspace
    workspace.open_path(table)
    workspace.draft.update({"data.target": "side", "training.epochs": 20_000})
    wait_for(qtbot, lambda: workspace.ready_to_train)
    workspace.start_training()
    wait_for(qtbot, lambda: workspace.training.state == "running")
    before = workspace.shelf.registry
    frame.show_page("plugins")

    qtbot.mouseClick(frame.pages["plugins"].reload, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    wait_for(qtbot, lambda: not workspace.shelf.loading)

    assert workspace.training.state == "running"
    assert set(workspace.shelf.registry.optimizers) == set(before.optimizers)  # type: ignore[union-attr]
