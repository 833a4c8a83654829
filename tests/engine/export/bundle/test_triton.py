"""The bundle's Triton repository: a config that Triton's own message reads, and that says what the graph is."""

import dataclasses

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from desktop_app.engine.export.bundle.model_file import ModelFile, Tensor
from desktop_app.engine.export.bundle.triton import config, model_name, write_labels
from desktop_app.errors import ExportError

FIELD = descriptor_pb2.FieldDescriptorProto
# The part of ``ModelConfig`` that is used, with the numbers of github.com/triton-inference-server/common.
TYPES = {"TYPE_INVALID": 0, "TYPE_UINT8": 2, "TYPE_INT64": 9, "TYPE_FP16": 10, "TYPE_FP32": 11, "TYPE_FP64": 12}
MESSAGES = {
    "ModelInput": [("name", 1, "string"), ("data_type", 2, ".inference.DataType"), ("dims", 4, "int64*")],
    "ModelOutput": [
        ("name", 1, "string"),
        ("data_type", 2, ".inference.DataType"),
        ("dims", 3, "int64*"),
        ("label_filename", 4, "string"),
    ],
    "ModelDynamicBatching": [("preferred_batch_size", 1, "int32*"), ("max_queue_delay_microseconds", 2, "uint64")],
    "ModelConfig": [
        ("name", 1, "string"),
        ("platform", 2, "string"),
        ("max_batch_size", 4, "int32"),
        ("input", 5, ".inference.ModelInput*"),
        ("output", 6, ".inference.ModelOutput*"),
        ("dynamic_batching", 11, ".inference.ModelDynamicBatching"),
    ],
}


@pytest.fixture(scope="module")
def model_config():
    """Return Triton's message ``ModelConfig``."""
    file = descriptor_pb2.FileDescriptorProto(name="model_config.proto", package="inference", syntax="proto3")
    types = file.enum_type.add(name="DataType")
    for name, number in TYPES.items():
        types.value.add(name=name, number=number)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            label = FIELD.LABEL_REPEATED if kind.endswith("*") else FIELD.LABEL_OPTIONAL
            made = message.field.add(name=field, number=number, label=label)
            kind = kind.rstrip("*")
            if kind == ".inference.DataType":
                made.type, made.type_name = FIELD.TYPE_ENUM, kind
            elif kind.startswith("."):
                made.type, made.type_name = FIELD.TYPE_MESSAGE, kind
            else:
                made.type = getattr(FIELD, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("inference.ModelConfig"))


@pytest.mark.parametrize(
    ("kind", "given", "dims", "answer", "outputs"),
    [
        ("pictures", ("image", TYPES["TYPE_UINT8"]), [24, 24, 3], "probabilities", [3]),
        ("table", ("features", TYPES["TYPE_FP32"]), [10], "probabilities", [2]),
        ("number", ("features", TYPES["TYPE_FP32"]), [10], "prediction", [1]),
    ],
)
def test_the_config_is_tritons_and_says_what_the_graph_is(kind, given, dims, answer, outputs, bundled, model_config):
    made = bundled(kind)
    place = made.bundle.folder / "triton" / made.run.folder.name

    found = text_format.Parse((place / "config.pbtxt").read_text(encoding="utf-8"), model_config())

    assert (found.name, found.platform) == (place.name, "onnxruntime_onnx")
    assert found.max_batch_size > 1
    assert found.HasField("dynamic_batching")
    (taken,), (answered,) = found.input, found.output
    assert ((taken.name, taken.data_type), list(taken.dims)) == (given, dims)
    assert (answered.name, answered.data_type, list(answered.dims)) == (answer, TYPES["TYPE_FP32"], outputs)
    if made.run.classes:
        assert (place / answered.label_filename).read_text(encoding="utf-8").splitlines() == list(made.run.classes)
    else:
        assert answered.label_filename == ""


def test_sides_that_vary_are_left_open_and_names_are_escaped(bundled, model_config):
    model = ModelFile.read(bundled("pictures").exported.onnx)
    any_size = dataclasses.replace(model, input=Tensor('the "image"\\', "tensor(uint8)", (None, None, None, 3)))

    found = text_format.Parse(config(any_size, "any"), model_config())

    assert list(found.input[0].dims) == [-1, -1, 3]
    assert found.input[0].name == 'the "image"\\'


def test_a_fixed_batch_and_a_type_that_triton_has_not_are_refused(bundled):
    model = ModelFile.read(bundled("pictures").exported.onnx)
    for wrong in (Tensor("image", "tensor(uint8)", (1, 24, 24, 3)), Tensor("image", "seq(map)", (None, 3))):
        with pytest.raises(ExportError, match=r'"image" of model\.onnx has a type or a fixed batch that Triton cannot'):
            config(dataclasses.replace(model, input=wrong), "model")


@pytest.mark.parametrize(
    ("name", "served"), [("stamps-1", "stamps-1"), ("Bäume & Sträucher-2", "Baume-Straucher-2"), ("火", "model")]
)
def test_a_models_name_fits_into_an_address(name, served):
    assert model_name(name) == served


def test_a_label_keeps_to_its_line(tmp_path):
    write_labels(("two\nlines", "a  b"), tmp_path / "labels.txt")

    assert (tmp_path / "labels.txt").read_text() == "two lines\na b\n"
