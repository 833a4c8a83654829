"""Any ONNX classifier predicts once its labels are known: whatever its layout, type, batch, names and outputs."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from desktop_app.errors import ModelError
from desktop_app.inference.description import UndescribedModelError, write_description
from desktop_app.inference.metadata import Columns, Metadata, Pixels, Resize
from desktop_app.inference.onnx_session import OnnxModel, metadata_of
from desktop_app.inference.prediction import predict_paths

COLOURS = Metadata(("red", "green", "blue"))
PICTURES = np.random.default_rng(3).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
FLOAT, HALF, DOUBLE, UINT8 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.UINT8


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("batch", ["N", None, 1, 2, 7], ids=str)
@pytest.mark.parametrize(("layout", "kind"), [("nchw", FLOAT), ("nhwc", FLOAT), ("nchw", HALF), ("nhwc", DOUBLE)])
@pytest.mark.parametrize("softmax_inside", [False, True], ids=["logits", "probabilities"])
def test_a_model_of_others_gives_probabilities(foreign_model, layout, kind, batch, softmax_inside):
    path = foreign_model(layout, kind, batch, softmax=softmax_inside)
    model = OnnxModel.open(path, "cpu", described=COLOURS)
    expected = softmax(PICTURES.astype(np.float64).mean(axis=(1, 2)) / 255)
    found = model.run(PICTURES, batch_size=3)
    np.testing.assert_allclose(found, expected, atol=2e-3 if kind == HALF else 1e-6)
    assert (model.input, model.output, model.takes_floats) == ("image", "probabilities", True)
    assert model.metadata.resize == Resize((8, 6))


def test_a_model_that_takes_bytes_gets_them_raw(foreign_model):
    path = foreign_model("nchw", UINT8, softmax=True)
    model = OnnxModel.open(path, "cpu", described=COLOURS)
    np.testing.assert_allclose(model.run(PICTURES), softmax(PICTURES.astype(np.float64).mean(axis=(1, 2))), atol=1e-6)
    assert not model.takes_floats


def test_mean_and_std_are_taken_as_torchvision_takes_them(foreign_model):
    pixels = Pixels("nchw", "float32", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    described = Metadata(COLOURS.labels, pixels=pixels)
    found = OnnxModel.open(foreign_model(), "cpu", described=described).run(PICTURES)
    means = (PICTURES.astype(np.float64).mean(axis=(1, 2)) / 255 - pixels.mean) / pixels.std
    np.testing.assert_allclose(found, softmax(means), atol=1e-6)


def test_a_grey_model_gets_pictures_as_pillow_makes_them_grey(foreign_model):
    described = Metadata(("dark", "bright"))
    path = foreign_model(channels=1, last="Sigmoid")
    found = OnnxModel.open(path, "cpu", described=described).run(PICTURES)
    grey = np.stack([np.asarray(Image.fromarray(each).convert("L")) for each in PICTURES])
    bright = 1 / (1 + np.exp(-grey.mean(axis=(1, 2)) / 255))
    np.testing.assert_allclose(found, np.stack([1 - bright, bright], axis=1), atol=2e-3)


def test_one_logit_is_of_the_second_of_two_labels(foreign_model):
    model = OnnxModel.open(foreign_model(channels=1), "cpu", described=Metadata(("dark", "bright")))
    (dark, bright), *_ = model.run(np.full((1, 8, 6, 3), 255, np.uint8))
    assert bright == pytest.approx(1 / (1 + np.exp(-1.0)), abs=1e-3)
    assert dark + bright == pytest.approx(1)


@pytest.mark.parametrize("batch", ["N", 1])
def test_pictures_of_a_model_of_others_are_predicted_from_their_files(foreign_model, tmp_path, batch):
    for place, (name, colour) in enumerate({"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}.items()):
        Image.new("RGB", (30, 20), colour).save(tmp_path / f"{place}-{name}.png")
    model = OnnxModel.open(foreign_model(batch=batch, sides=("h", "w")), "cpu", described=Metadata(
        COLOURS.labels, resize=Resize((8, 6))
    ))  # fmt: skip
    assert [found.label for found in predict_paths(model, [tmp_path])] == ["red", "green", "blue"]


def test_pictures_of_any_size_go_in_as_they_are_with_their_neighbours_of_the_same_size(foreign_model, tmp_path):
    sizes = [(9, 5), (9, 5), (4, 4), (9, 5), (4, 4), (4, 4), (4, 4)]
    for place, size in enumerate(sizes):
        Image.new("RGB", size, ["red", "lime", "blue"][place % 3]).save(tmp_path / f"{place}.png")
    (tmp_path / "5.png").write_bytes(b"")
    inside = Metadata(COLOURS.labels, resize=Resize((8, 6), inside=True))
    path = foreign_model("nhwc", UINT8, sides=("h", "w"), softmax=True)
    model = OnnxModel.open(path, "cpu", described=inside)
    expected = ["red", "green", "blue", "red", "green", None, "red"]
    shapes = []
    run = model.run
    model.run = lambda array, size: (shapes.append(array.shape), run(array, size))[1]
    assert [found.label for found in predict_paths(model, [tmp_path], batch_size=4)] == expected
    assert shapes == [(2, 5, 9, 3), (1, 4, 4, 3), (1, 5, 9, 3), (2, 4, 4, 3)]


def test_a_model_of_which_nobody_says_anything_says_how_to_describe_it(foreign_model):
    path = foreign_model()
    assert metadata_of(path) is None
    with pytest.raises(UndescribedModelError, match=r'Give them with --labels .* "foreign\.json" beside it as'):
        OnnxModel.open(path, "cpu")


def test_a_description_beside_the_model_is_found(foreign_model):
    path = foreign_model(sides=("h", "w"))
    described = Metadata(COLOURS.labels, resize=Resize((8, 6), "stretch"))
    write_description(described, path.with_suffix(".json"))
    assert OnnxModel.open(path, "cpu").metadata == described == metadata_of(path)
    given = Metadata(("a", "b", "c"), resize=Resize((8, 6)))
    assert OnnxModel.open(path, "cpu", described=given).metadata.labels == ("a", "b", "c")


def test_what_a_file_says_of_itself_counts_before_a_description_beside_it(colour_model):
    path = colour_model()
    write_description(Metadata(("x", "y", "z")), path.with_suffix(".json"))
    assert OnnxModel.open(path, "cpu").metadata.labels == COLOURS.labels


@pytest.mark.parametrize(
    ("made", "described", "sentence"),
    [
        ({}, Metadata(("a", "b")), "has 2 labels for 3 outputs"),
        ({}, Metadata(()), "has an empty list of labels"),
        ({}, Metadata(("a", "b", "c"), resize=Resize((6, 8))), "takes pictures of 8 x 6 x 3, but"),
        ({"sides": ("h", "w")}, COLOURS, "does not say its picture size .*; say it with --size"),
        ({"sides": (9000, 9000)}, COLOURS, "asks for pictures of 9000 x 9000 pixels"),
        (
            {"layout": "nhwc"},
            Metadata(COLOURS.labels, pixels=Pixels("nchw")),
            "which is nhwc, but is described as nchw",
        ),
        ({"channels": 4}, Metadata(("a", "b", "c", "d")), "must have one input, pictures"),
        ({"kind": TensorProto.INT32}, COLOURS, r"but has: input\.1 tensor\(int32\)"),
    ],
    ids=str,
)
def test_a_description_that_does_not_fit_says_where(foreign_model, made, described, sentence):
    with pytest.raises(ModelError, match=sentence):
        OnnxModel.open(foreign_model(**made), "cpu", described=described)


def tabular(tmp_path, outputs, nodes, constants=()):
    graph = helper.make_graph(
        nodes, "graph", [helper.make_tensor_value_info("X", FLOAT, [None, 2])], outputs, initializer=constants
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(made, tmp_path / "table.onnx")
    return tmp_path / "table.onnx"


TABLE = Metadata(("no", "yes"), columns=Columns(("age", "height")))


def test_of_several_outputs_the_one_with_a_number_a_label_counts(tmp_path):
    path = tabular(
        tmp_path,
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("distance", FLOAT, [None, 5]),
            helper.make_tensor_value_info("scores", FLOAT, [None, 2]),
        ],
        [
            helper.make_node("ArgMax", ["X"], ["label"], axis=1, keepdims=0),
            helper.make_node("MatMul", ["X", "w"], ["distance"]),
            helper.make_node("Softmax", ["X"], ["scores"]),
        ],
        [numpy_helper.from_array(np.zeros((2, 5), np.float32), "w")],
    )
    model = OnnxModel.open(path, "cpu", described=TABLE)
    (tmp_path / "people.csv").write_text("height,age\n3,1\n0,2\n")
    assert [found.label for found in predict_paths(model, [tmp_path / "people.csv"])] == ["yes", "no"]


def test_a_table_without_names_of_its_columns_says_where_to_name_them(tmp_path):
    output = [helper.make_tensor_value_info("y", FLOAT, [None, 2])]
    path = tabular(tmp_path, output, [helper.make_node("Identity", ["X"], ["y"])])
    with pytest.raises(ModelError, match=r'does not name its columns .* in "table\.json" beside it'):
        OnnxModel.open(path, "cpu", described=Metadata(("no", "yes")))


def test_a_regression_of_others_gives_values(tmp_path):
    output = [helper.make_tensor_value_info("price", FLOAT, [None, 1])]
    weights = numpy_helper.from_array(np.array([[2.0], [1.0]], np.float32), "w")
    path = tabular(tmp_path, output, [helper.make_node("MatMul", ["X", "w"], ["price"])], [weights])
    model = OnnxModel.open(path, "cpu", described=Metadata((), "regression", columns=TABLE.columns))
    assert model.output == "prediction"
    assert model.run(np.array([[1, 2], [3, 4]], np.float32)).tolist() == [[4], [10]]


def test_labels_and_no_numbers_are_no_classifier(tmp_path):
    output = [helper.make_tensor_value_info("label", TensorProto.INT64, [None])]
    path = tabular(tmp_path, output, [helper.make_node("ArgMax", ["X"], ["label"], axis=1, keepdims=0)])
    with pytest.raises(ModelError, match=r"must give a number for each label, but gives: label tensor\(int64\)"):
        OnnxModel.open(path, "cpu", described=TABLE)


def test_our_own_logits_become_probabilities(tmp_path):
    output = [helper.make_tensor_value_info("logits", FLOAT, [None, 2])]
    path = tabular(tmp_path, output, [helper.make_node("Identity", ["X"], ["logits"])])
    found = OnnxModel.open(path, "cpu", described=TABLE).run(np.array([[0.25, 0.75], [3, -50]], np.float32))
    np.testing.assert_allclose(found, softmax(np.array([[0.25, 0.75], [3, -50]])), atol=1e-6)
