"""An ONNX file is opened, checked and run; whatever is wrong with it is one sentence."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Metadata, Resize
from desktop_app.inference.onnx_session import OnnxModel

CPU = "CPUExecutionProvider"


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 100])
def test_pictures_become_probabilities_whatever_the_batch_size(colour_model, batch_size):
    model = OnnxModel.open(colour_model(), providers="cpu")
    pictures = np.random.default_rng(0).integers(0, 256, (7, 8, 6, 3), dtype=np.uint8)
    probabilities = model.run(pictures, batch_size)
    assert probabilities.dtype == np.float32
    expected = softmax(pictures.astype(np.float64).mean(axis=(1, 2)) / 32)
    np.testing.assert_allclose(probabilities, expected, atol=1e-6)
    assert (model.input, model.output, model.provider) == ("image", "probabilities", CPU)


def test_tables_become_probabilities_or_predictions(table_model):
    features = np.array([[1, 0], [0, 1], [2, 2]])
    classifier = OnnxModel.open(table_model(), providers="cpu")
    np.testing.assert_allclose(
        classifier.run(features.astype(np.float32))[1], softmax(np.array([[0.5, 3.0]]))[0], atol=1e-6
    )
    regression = OnnxModel.open(table_model(regression=True), providers="cpu")
    assert regression.run(features.astype(np.float64)).tolist() == [[1.0], [0.5], [3.0]]
    assert regression.output == "prediction"


def test_nothing_in_gives_nothing_out_with_a_column_a_class(colour_model, table_model):
    assert OnnxModel.open(colour_model(), "cpu").run(np.empty((0, 8, 6, 3), np.uint8)).shape == (0, 3)
    assert OnnxModel.open(table_model(regression=True), "cpu").run(np.empty((0, 2), np.float32)).shape == (0, 1)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 8, 6, 3), np.float32),
        np.zeros((2, 9, 6, 3), np.uint8),
        np.zeros((8, 6, 3), np.uint8),
        np.zeros((2, 8, 6, 1), np.uint8),
    ],
    ids=["type", "height", "no batch", "channels"],
)
def test_an_array_of_another_form_is_refused_with_both_forms(colour_model, array):
    model = OnnxModel.open(colour_model(), "cpu")
    with pytest.raises(ModelError, match=r"takes uint8 \[batch, 8, 6, 3\], but was given (uint8|float32) \["):
        model.run(array)
    with pytest.raises(ModelError, match="batch size must be at least 1, got 0"):
        model.run(np.zeros((1, 8, 6, 3), np.uint8), batch_size=0)


def test_more_answers_than_labels_are_an_error_even_where_the_graph_does_not_say_how_many(colour_model):
    model = OnnxModel.open(colour_model(), "cpu")
    model.metadata = Metadata(("a", "b"), resize=Resize((8, 6)))
    with pytest.raises(ModelError, match=r"gives \[4, 3\] where \[4, 2\] was expected"):
        model.run(np.zeros((4, 8, 6, 3), np.uint8))


def test_an_array_in_another_memory_order_gives_the_same(colour_model):
    model = OnnxModel.open(colour_model(), "cpu")
    pictures = np.random.default_rng(1).integers(0, 256, (3, 6, 8, 3), dtype=np.uint8).swapaxes(1, 2)
    np.testing.assert_array_equal(model.run(pictures), model.run(pictures.copy()))


def test_files_that_are_no_models_say_why(tmp_path: Path, colour_model):
    (tmp_path / "empty.onnx").touch()
    (tmp_path / "text.onnx").write_text("hello world")
    (tmp_path / "cut.onnx").write_bytes(colour_model().read_bytes()[:-40])
    for name, sentence in {
        "gone.onnx": "does not exist; give the path of an exported .onnx file",
        "empty.onnx": r"is empty \(0 bytes\)",
        "text.onnx": "is not an ONNX model, or was cut short",
        "cut.onnx": "is not an ONNX model, or was cut short",
        "": "is a folder",
    }.items():
        with pytest.raises(ModelError, match=sentence):
            OnnxModel.open(tmp_path / name)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"props": {}}, "does not say what its outputs mean: it has no labels. Give them with --labels"),
        ({"props": Metadata(("a", "b"), resize=Resize((8, 6))).to_props()}, "has 2 labels for 3 outputs"),
        ({"props": Metadata(task="regression").to_props()}, 'is for regression but gives "probabilities"'),
        ({"props": Metadata(("a", "b", "c"), resize=Resize((6, 8))).to_props()}, "takes pictures of 8 x 6 x 3, but"),
        ({"props": Metadata(("a", "b", "c")).to_props(), "sides": ("h", "w")}, "does not say its picture size"),
    ],
)
def test_a_model_that_was_not_exported_by_downslope_says_what_it_lacks(colour_model, changed, sentence):
    with pytest.raises(ModelError, match=sentence):
        OnnxModel.open(colour_model(**changed), "cpu")


def test_a_table_model_must_name_as_many_columns_as_it_takes(table_model):
    with pytest.raises(ModelError, match="names 1 columns but takes 2"):
        OnnxModel.open(table_model(columns=("age",)), "cpu")


def test_a_picture_model_without_a_resize_rule_takes_its_size_from_the_graph(colour_model):
    model = OnnxModel.open(colour_model(props=Metadata(("a", "b", "c")).to_props()), "cpu")
    assert model.metadata.resize == Resize((8, 6))


class FailingSession:
    """A session of a GPU that stops working, which this machine cannot have."""

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        return getattr(self._session, name)

    def get_providers(self):
        return ["CUDAExecutionProvider", CPU]

    def run(self, *arguments):
        raise RuntimeError("[ONNXRuntimeError] : 1 : FAIL : CUDA failure 2: out of memory")


def test_a_device_that_fails_in_the_middle_hands_over_to_the_cpu(colour_model, caplog):
    opened, model = (OnnxModel.open(colour_model(), "cpu") for _ in range(2))
    model._session = FailingSession(model._session)
    pictures = np.full((2, 8, 6, 3), 9, np.uint8)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(model.run(pictures), opened.run(pictures))
    sentence = "CUDA failed (CUDA failure 2: out of memory); the CPU goes on instead."
    assert sentence in caplog.text
    assert model.fallback == sentence
    assert model.provider == CPU


def test_predicting_imports_no_torch_and_writes_nothing_to_standard_error(colour_model, tmp_path):
    from PIL import Image

    Image.new("RGB", (20, 20), "blue").save(tmp_path / "blue.png")
    code = (
        "import json, sys\n"
        "from desktop_app.inference.onnx_session import OnnxModel\n"
        "from desktop_app.inference.prediction import predict_paths\n"
        "model = OnnxModel.open(sys.argv[1])\n"
        "answer = next(iter(predict_paths(model, [sys.argv[2]])))\n"
        "heavy = {'torch', 'onnx', 'PySide6', 'sklearn', 'desktop_app.api'} & set(sys.modules)\n"
        "print(json.dumps([answer.label, sorted(heavy)]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, colour_model(), tmp_path / "blue.png"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == ["blue", []]
    assert result.stderr == ""
