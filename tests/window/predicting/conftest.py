"""Real ONNX files that tell colours apart, pictures for them, and the page that uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from pytestqt.qtbot import QtBot

from desktop_app.inference.metadata import Calibration, Columns, Metadata, Resize
from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.workspace import Notice, Workspace

LONG_MS = 60_000
COLOURS = ("red", "green", "blue")
Paint = Callable[[str, tuple[int, int, int]], Path]


def save(path: Path, nodes: list[Any], given: Any, output: Any, props: dict[str, str], constants: list[Any]) -> Path:
    graph = helper.make_graph(nodes, "graph", [given], [output], initializer=constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, props)
    onnx.save(model, path)
    return path


@pytest.fixture
def colour_model(tmp_path: Path) -> Path:
    """Return a model that gives the softmax of the mean of each channel, divided by 32; not sure below 0.6."""
    resize, calibration = Resize((8, 8), "stretch"), Calibration(not_sure=0.6)
    return save(
        tmp_path / "colours.onnx",
        [
            helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
            helper.make_node("Div", ["mean", "scale"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
        ],
        helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", 8, 8, 3]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 3]),
        Metadata(COLOURS, resize=resize, calibration=calibration).to_props(),
        [
            numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "axes"),
            numpy_helper.from_array(np.array(32.0, dtype=np.float32), "scale"),
        ],
    )


@pytest.fixture
def foreign_model(tmp_path: Path) -> Path:
    """Return a model that says nothing of itself: the mean of each of three channels that come first, as logits."""
    return save(
        tmp_path / "foreign.onnx",
        [helper.make_node("ReduceMean", ["data", "axes"], ["scores"], keepdims=0)],
        helper.make_tensor_value_info("data", TensorProto.FLOAT, ["n", 3, 12, 16]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3]),
        {},
        [numpy_helper.from_array(np.array([2, 3], dtype=np.int64), "axes")],
    )


@pytest.fixture
def table_model(tmp_path: Path) -> Path:
    """Return a model of the columns x and y that says up where x + y is positive."""
    return save(
        tmp_path / "table.onnx",
        [
            helper.make_node("MatMul", ["features", "weights"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
        ],
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 2]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 2]),
        Metadata(("down", "up"), columns=Columns(("x", "y"))).to_props(),
        [numpy_helper.from_array(np.array([[-1, 1], [-1, 1]], dtype=np.float32), "weights")],
    )


@pytest.fixture
def paint(tmp_path: Path) -> Paint:
    """Return a maker of pictures of one colour."""

    def made(name: str, colour: tuple[int, int, int]) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 16), colour).save(file)
        return file

    return made


@pytest.fixture
def mixed(tmp_path: Path, paint: Paint) -> Path:
    """Return a folder with two red pictures, a green one, one between green and blue, and one that is none."""
    paint("mixed/a red.png", (250, 0, 0))
    paint("mixed/b rather red.png", (150, 60, 60))
    paint("mixed/c green.png", (0, 200, 0))
    paint("mixed/d between.png", (0, 120, 126))
    (tmp_path / "mixed" / "e broken.png").write_bytes(b"no picture")
    return tmp_path / "mixed"


@pytest.fixture
def workspace(qtbot: QtBot) -> Iterator[Workspace]:
    """Return a workspace without plugins, which predictions need none of."""
    made = Workspace()
    yield made
    made.shut_down()


@pytest.fixture
def said(workspace: Workspace) -> list[Notice]:
    """Return what is said under the header, as it comes."""
    notices: list[Notice] = []
    workspace.said.connect(notices.append)
    return notices


@pytest.fixture
def page(qtbot: QtBot, workspace: Workspace, colour_model: Path) -> Iterator[PredictPage]:
    """Return the page alone, ready to predict colours."""
    made = PredictPage(workspace)
    made.resize(1000, 700)
    made.show()
    qtbot.waitExposed(made)
    made.use_model(colour_model)
    qtbot.waitUntil(lambda: made.chosen.state == "ready", timeout=LONG_MS)
    yield made
    made.join()
    workspace.shut_down()
    made.close()
    made.deleteLater()


@pytest.fixture
def wait_for_predictions(qtbot: QtBot) -> Callable[[PredictPage, int], None]:
    """Return a function that waits until so many pictures are shown, and nothing more is to come."""

    def wait(page: PredictPage, number: int) -> None:
        qtbot.waitUntil(lambda: len(page.view.gallery.pictures.shown) == number, timeout=LONG_MS)
        qtbot.waitUntil(lambda: not page.running.active and not page.view._later.isActive())

    return wait


@pytest.fixture
def predicted(
    page: PredictPage,
    mixed: Path,
    drop: Callable[..., None],
    wait_for_predictions: Callable[[PredictPage, int], None],
) -> PredictPage:
    """Return the page with the predictions of the mixed folder on show."""
    drop(page.drop, [mixed])
    wait_for_predictions(page, 5)
    return page
