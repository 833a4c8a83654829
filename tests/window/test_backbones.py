"""Backbones are browsed with mouse and keys; the weights field says what is here, what fits, and what went wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import timm
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from safetensors.torch import save_file
from small_hub import SmallHub, point_at, put_into_cache, small_hub

from desktop_app.window.frame import Frame
from desktop_app.window.pages.backbone_browser import BackboneBrowser
from desktop_app.window.pages.model import ModelPage
from desktop_app.window.pages.network_form import NetworkForm
from desktop_app.window.pages.weights_field import WeightsField, shortened

LONG_MS = 15_000
Opened = tuple[Frame, NetworkForm]


@pytest.fixture
def opened(qtbot: QtBot, frame: Frame, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Return the window on its Model page, with a small backbone chosen and an empty cache of the hub."""
    point_at(monkeypatch, "http://127.0.0.1:9", tmp_path / "hub")
    file = tmp_path / "experiment.toml"
    file.write_text(
        f"[data]\nsource = 'image_folder'\npath = '{pictures}'\nimage_size = 32\n"
        "[model]\nkind = 'transfer'\nbackbone = 'resnet10t'\nhead = [4]\n",
        encoding="utf-8",
    )
    frame.workspace.open_path(file)
    qtbot.waitUntil(lambda: frame.workspace.network.state == "ready", timeout=LONG_MS)
    click(qtbot, frame.rail.button("model"))
    page = frame.pages["model"]
    assert isinstance(page, ModelPage)
    return frame, page.form


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def browser(qtbot: QtBot, opened: Opened) -> BackboneBrowser:
    """Press "Choose…" and return what opens."""
    click(qtbot, opened[1].browse_button)
    return opened[1].findChild(BackboneBrowser)


def field(opened: Opened) -> WeightsField:
    weights = opened[1].weights
    assert weights is not None
    return weights


def says(qtbot: QtBot, opened: Opened, text: str) -> None:
    qtbot.waitUntil(lambda: text in f"{field(opened).state.toPlainText()} {field(opened).wrong}", timeout=LONG_MS)


def test_a_backbone_is_found_by_typing_and_taken_with_enter(qtbot: QtBot, opened: Opened) -> None:
    found = browser(qtbot, opened)
    assert found.table.current.name == "resnet10t"
    assert found.table.shown[0] == "efficientnet_lite0"
    qtbot.keyClicks(found.search, "mobilenetv3 small")
    names = found.table.shown
    assert "mobilenetv3_small_050" in names
    assert all("mobilenetv3_small" in name for name in names)
    assert found.table.current.name == names[0] == "mobilenetv3_small_100"
    qtbot.keyClick(found.search, Qt.Key.Key_Down)
    assert found.table.current.name == names[1]
    qtbot.keyClick(found.search, Qt.Key.Key_Return)

    assert opened[0].workspace.draft.get("model.backbone") == names[1]
    opened[0].workspace.draft.undo()
    assert opened[0].workspace.draft.get("model.backbone") == "resnet10t"


def test_escape_takes_nothing_and_a_click_takes_the_default_one_without_a_key(qtbot: QtBot, opened: Opened) -> None:
    found = browser(qtbot, opened)
    found.table.go(3)
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    assert opened[0].workspace.draft.get("model.backbone") == "resnet10t"
    qtbot.waitUntil(lambda: opened[1].findChild(BackboneBrowser) is None)

    found = browser(qtbot, opened)
    index = found.table.model().index(0, 0)
    found.table.scrollTo(index)
    qtbot.mouseClick(
        found.table.viewport(), Qt.MouseButton.LeftButton, pos=found.table.visualRect(index).center()
    )  # fmt: skip
    assert found.details.title.text() == "EfficientNet-Lite0"
    click(qtbot, found.use)

    assert opened[0].workspace.draft.get("model.backbone") is None
    says(qtbot, opened, "Installed with Downslope")


def test_filters_leave_what_is_small_free_and_here(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"weights")
    put_into_cache(tmp_path / "hub", "timm/resnet18.a1_in1k", tmp_path / "weights")
    put_into_cache(tmp_path / "hub", "timm/convnextv2_atto.fcmae_ft_in1k", tmp_path / "weights")
    found = browser(qtbot, opened)
    qtbot.waitUntil(lambda: found.table.rows.in_cache is not None, timeout=LONG_MS)

    found.weights.setCurrentText("Weights here")
    assert found.table.shown == ["efficientnet_lite0", "resnet18", "convnextv2_atto"]
    found.licence.setCurrentText("Without non-commercial")
    assert found.table.shown == ["efficientnet_lite0", "resnet18"]
    found.parameters.setCurrentText("At most 5 M")
    assert found.table.shown == ["efficientnet_lite0"]
    qtbot.keyClicks(found.search, "no such thing")
    assert found.table.shown == []
    assert not found.use.isEnabled()
    found.reject()


def test_a_licence_that_forbids_commercial_use_is_marked(qtbot: QtBot, opened: Opened) -> None:
    found = browser(qtbot, opened)
    found.table.choose("convnextv2_atto")
    row = found.table.currentIndex().row()
    model = found.table.model()

    assert model.index(row, 4).data() == "cc-by-nc-4.0"
    assert model.index(row, 4).data(Qt.ItemDataRole.DecorationRole) is not None
    assert "not for commercial use" in model.index(row, 4).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, 4).data(Qt.ItemDataRole.DecorationRole) is None
    click(qtbot, found.use)
    says(qtbot, opened, "Will be downloaded when training begins, about 14.8 MB")
    assert "cc-by-nc-4.0, forbids commercial use" in field(opened).licence.toPlainText()


def test_numbers_are_sorted_as_numbers_and_unknown_ones_come_last(qtbot: QtBot, opened: Opened) -> None:
    found = browser(qtbot, opened)
    first = found.table.shown
    for column, name in ((1, "parameters"), (2, "macs"), (3, "pixels")):
        facts = {one.name: getattr(one, name) for one in found.table.rows.facts}
        for order, sign in ((Qt.SortOrder.AscendingOrder, 1), (Qt.SortOrder.DescendingOrder, -1)):
            found.table.sortByColumn(column, order)
            values = [facts[shown] for shown in found.table.shown]
            known = [value for value in values if value is not None]
            assert known == sorted(known, key=lambda value: sign * value)
            assert values == known + [None] * (len(values) - len(known))
    found.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert found.table.shown == first
    found.reject()


def test_what_is_not_here_is_downloaded_can_be_cancelled_and_is_then_here(
    qtbot: QtBot, opened: Opened, hub: SmallHub, tmp_path: Path
) -> None:
    hub.files["timm/resnet10t.c3_in1k/model.safetensors"] = bytes(50_000_000)
    says(qtbot, opened, "Will be downloaded when training begins, about 21.8 MB")
    click(qtbot, field(opened).fetch)
    click(qtbot, field(opened).cancel)
    assert not field(opened).bar.isVisible()
    assert field(opened).wrong == ""

    save_file(timm.create_model("resnet10t").state_dict(), tmp_path / "weights.safetensors")
    hub.files["timm/resnet10t.c3_in1k/model.safetensors"] = (tmp_path / "weights.safetensors").read_bytes()
    click(qtbot, field(opened).fetch)
    assert field(opened).bar.isVisible()
    says(qtbot, opened, "On this machine")
    assert not field(opened).bar.isVisible()
    assert not field(opened).fetch.isVisible()


def test_a_hub_out_of_reach_is_said_beside_the_field(qtbot: QtBot, opened: Opened) -> None:
    says(qtbot, opened, "Will be downloaded")
    click(qtbot, field(opened).fetch)

    says(qtbot, opened, "could not be fetched from the hub")
    assert field(opened).fetch.isVisible()
    opened[0].workspace.draft.set("model.weights", "random")
    assert field(opened).wrong == ""
    opened[0].workspace.draft.update({"model.weights": None, "model.backbone": "botnet50ts_256"})
    says(qtbot, opened, "There are none of botnet50ts_256: choose random, a file, or another backbone.")
    opened[0].workspace.draft.set("model.kind", "cnn")
    assert opened[1].weights is None


def test_a_file_says_how_many_tensors_matched_and_lists_the_rest_on_a_click(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    save_file(timm.create_model("resnet10t").state_dict(), tmp_path / "whole.safetensors")
    field(opened).take_file(tmp_path / "whole.safetensors")

    says(qtbot, opened, "70 of 70 tensors matched")
    assert not field(opened).more.isVisible()
    assert field(opened).field.editor.box.currentText() == "whole.safetensors"
    click(qtbot, field(opened).field.reset_button)
    assert opened[0].workspace.draft.get("model.weights") is None

    state = timm.create_model("resnet10t").state_dict()
    del state["layer1.0.bn1.bias"]
    torch.save({"state_dict": state | {"more": torch.zeros(1)}}, tmp_path / "part.pth")
    field(opened).take_file(tmp_path / "part.pth")
    says(qtbot, opened, "69 of 70 tensors matched, 99.9 % of the numbers. The rest stays random")
    assert not field(opened).lines.isVisible()

    click(qtbot, field(opened).more)

    lines = field(opened).lines
    assert [lines.item(place).text() for place in range(lines.count())] == [
        "layer1.0.bn1.bias: missing in the file",
        "more: not part of the network",
    ]


def test_a_wrong_file_is_said_beside_the_field_and_its_better_version_is_looked_at_again(
    qtbot: QtBot, opened: Opened, tmp_path: Path
) -> None:
    file = tmp_path / "weights.pth"
    file.write_bytes(b"no weights")
    field(opened).take_file(file)
    says(qtbot, opened, "cannot be read")
    torch.save(timm.create_model("resnet10t").state_dict(), file)
    field(opened).take_file(file)

    says(qtbot, opened, "70 of 70 tensors matched")
    assert field(opened).wrong == ""
    opened[0].workspace.draft.set("model.backbone", "resnet18")
    says(qtbot, opened, "do not fit this network")


@pytest.mark.parametrize(
    ("name", "shown"), [("short.pth", "short.pth"), ("a" * 30 + ".safetensors", "aaaaaaaaaa…afetensors")]
)
def test_a_long_name_loses_its_middle(name: str, shown: str) -> None:
    assert shortened(name) == shown


@pytest.fixture
def hub(opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SmallHub]:
    """Return a hub that can be reached."""
    with small_hub(monkeypatch, tmp_path / "hub") as made:
        yield made
