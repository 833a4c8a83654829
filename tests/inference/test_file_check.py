"""A malformed or hostile file costs one sentence: nothing of it is acted on before it was looked through."""

import os
import random
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from desktop_app.errors import ModelError
from desktop_app.inference.file_check import check_file
from desktop_app.inference.metadata import Metadata
from desktop_app.inference.onnx_session import OnnxModel

PROPS = Metadata.from_props(
    {"downslope.labels": '["a", "b", "c"]', "downslope.columns": '{"names": ["x", "y", "z"]}'}
).to_props()


def value(name: str, kind: int = TensorProto.FLOAT, shape: tuple = ("batch", 3)):
    return helper.make_tensor_value_info(name, kind, list(shape))


def announced(name: str, dims: list[int], raw: bytes | None = None, kind: int = TensorProto.FLOAT) -> TensorProto:
    tensor = TensorProto(name=name, data_type=kind, dims=dims)
    if raw is not None:
        tensor.raw_data = raw
    return tensor


def outside(location: str, dims: tuple[int, ...] = (3,), **more: str) -> TensorProto:
    tensor = TensorProto(name="w", data_type=1, dims=dims, data_location=TensorProto.EXTERNAL)
    for key, text in {"location": location, **more}.items():
        tensor.external_data.add(key=key, value=text)
    return tensor


def model(nodes=None, constants=(), functions=()) -> onnx.ModelProto:
    nodes = nodes or [helper.make_node("Add", ["features", "w"], ["probabilities"])]
    graph = helper.make_graph(nodes, "graph", [value("features")], [value("probabilities")], initializer=constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=10, functions=functions)
    helper.set_model_props(made, PROPS)
    return made


def sentence(path: Path, content: onnx.ModelProto | bytes) -> str:
    """Return what is said about a file, after a look that it is one sentence."""
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    with pytest.raises(ModelError) as caught:
        OnnxModel.open(path, "cpu")
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 600
    return said


def calling_twice(levels: int) -> list[onnx.FunctionProto]:
    """Return functions of which each calls the one before it twice: 2 ** levels nodes, once written out."""
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    made = [helper.make_function("own", "F0", ["x"], ["y"], [helper.make_node("Relu", ["x"], ["y"])], opsets)]
    for level in range(1, levels + 1):
        inner = [
            helper.make_node(f"F{level - 1}", ["x"], ["m"], domain="own"),
            helper.make_node(f"F{level - 1}", ["m"], ["y"], domain="own"),
        ]
        made.append(helper.make_function("own", f"F{level}", ["x"], ["y"], inner, opsets))
    return made


def ring(name: str, calls: str) -> onnx.FunctionProto:
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    return helper.make_function(
        "own", name, ["x"], ["y"], [helper.make_node(calls, ["x"], ["y"], domain="own")], opsets
    )


def integers(name: str, *values: int) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=np.int64), name)


ONE_CALL = [helper.make_node("F", ["features"], ["probabilities"], domain="own")]
ADD_MADE = helper.make_node("Add", ["features", "made"], ["probabilities"])


def loop(turns: str, constants: list[TensorProto]) -> onnx.ModelProto:
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Identity", ["v"], ["w"])],
        "body",
        [value("i", TensorProto.INT64, ()), value("go", TensorProto.BOOL, ()), value("v", shape=())],
        [value("on", TensorProto.BOOL, ()), value("w", shape=())],
    )
    start = [numpy_helper.from_array(np.array(True), "c"), numpy_helper.from_array(np.float32(0).reshape(()), "s")]
    return model([helper.make_node("Loop", [turns, "c", "s"], ["made"], body=body), ADD_MADE], [*constants, *start])


def sparse() -> onnx.ModelProto:
    made = model()
    entry = made.graph.sparse_initializer.add(dims=[4 * 10**9])
    entry.values.CopyFrom(announced("w", [1], b"\0" * 4))
    entry.indices.CopyFrom(announced("", [1], b"\0" * 8, TensorProto.INT64))
    return made


HOSTILE = {
    "a billion numbers, eight bytes": (
        lambda: model(constants=[announced("w", [10**9], b"\0" * 8)]),
        'announces 1000000000 numbers for the tensor "w", but holds only 2',
    ),
    "a billion numbers, none": (lambda: model(constants=[announced("w", [10**9])]), "but holds only 0"),
    "more than any number can count": (
        lambda: model(constants=[announced("w", [2**62, 2**62, 2**62], b"\0")]),
        "announces 4611686018427387904 x",
    ),
    "a negative side": (lambda: model(constants=[announced("w", [-5], b"\0" * 8)]), "with a negative side"),
    "a hundred sides": (lambda: model(constants=[announced("w", [1] * 100, b"\0" * 4)]), "with 100 sides"),
    "a billion texts": (
        lambda: model(constants=[announced("w", [10**9], kind=TensorProto.STRING)]),
        "announces 1000000000",
    ),
    "inside a node": (
        lambda: model([helper.make_node("Constant", [], ["made"], value=announced("", [10**9], b"\0")), ADD_MADE]),
        "announces 1000000000 numbers for the tensor without a name",
    ),
    "sparse": (sparse, "holds a sparse tensor of 4000000000, which is too large"),
    "filled from nothing": (
        lambda: model([helper.make_node("ConstantOfShape", ["s"], ["made"]), ADD_MADE], [integers("s", 10**9, 4)]),
        r"makes up a tensor of 1000000000 x 4 numbers (ConstantOfShape)",
    ),
    "grown from one number": (
        lambda: model(
            [
                helper.make_node("Constant", [], ["s"], value=integers("", 4 * 10**9)),
                helper.make_node("Expand", ["one", "s"], ["made"]),
                ADD_MADE,
            ],
            [integers("one", 1)],
        ),
        "makes up a tensor of 4000000000 numbers (Expand)",
    ),
    "without an end": (lambda: loop("", []), "repeats a part of itself without an end"),
    "nearly without an end": (lambda: loop("n", [integers("n", 2**62)]), "or more than 1,000,000 times"),
    "functions that multiply": (
        lambda: model([helper.make_node("F40", ["features"], ["probabilities"], domain="own")], (), calling_twice(40)),
        "has more than 200,000 nodes once its functions are written out",
    ),
    "a function that calls itself": (
        lambda: model(ONE_CALL, (), [ring("F", "F")]),
        'holds the function "F", which calls itself',
    ),
    "functions in a circle": (
        lambda: model(ONE_CALL, (), [ring("F", "G"), ring("G", "H"), ring("H", "F")]),
        "which calls itself",
    ),
    "a circle of nodes": (
        lambda: model(
            [
                helper.make_node("Add", ["features", "q"], ["p"]),
                helper.make_node("Relu", ["p"], ["q"]),
                helper.make_node("Relu", ["q"], ["probabilities"]),
            ]
        ),
        "the graph is not acyclic",
    ),
    "two of one name": (
        lambda: model([helper.make_node("Relu", ["features"], ["probabilities"])] * 2),
        "Duplicate definition of name (probabilities)",
    ),
    "a program for an accelerator": (
        lambda: model([helper.make_node("EPContext", ["features"], ["probabilities"], ep_cache_context=b"../engine")]),
        "holds a part that is compiled for one kind of processor (EPContext)",
    ),
    "an unknown operator": (lambda: model([helper.make_node("Nope", ["features"], ["probabilities"])]), "Nope"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_made_to_do_harm_costs_one_sentence(tmp_path, name):
    make, reason = HOSTILE[name]
    assert reason in sentence(tmp_path / "hostile.onnx", make())


def test_graphs_within_graphs_end_somewhere(tmp_path):
    # protobuf's own writer refuses this depth, so the bytes are made here: a node (1) with an attribute (5) with a
    # graph (6), and so on.
    def wrapped(number: int, content: bytes) -> bytes:
        length, size = len(content), b""
        while length > 127:
            size, length = size + bytes([length & 127 | 128]), length >> 7
        return bytes([number << 3 | 2]) + size + bytes([length]) + content

    content = b""
    for _ in range(2000):
        content = wrapped(1, wrapped(5, wrapped(6, content)))
    assert "more than 50 graphs within each other" in sentence(tmp_path / "deep.onnx", wrapped(7, content))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("../../etc/passwd", "which is not in the model's own folder"),
        ("/etc/passwd", "which is not in the model's own folder"),
        ("C:\\secret.bin", "which is not in the model's own folder"),
        ("link/passwd", "which is not in the model's own folder"),
        ("", "which is not in the model's own folder"),
        (".", "which is not in the model's own folder"),
        ("gone.bin", "which is not there"),
        ("short.bin", "but holds only 1"),
    ],
)
def test_numbers_in_another_file_are_read_from_the_models_own_folder_alone(tmp_path, location, reason):
    (tmp_path / "short.bin").write_bytes(b"\0" * 4)
    if hasattr(os, "symlink"):
        (tmp_path / "link").symlink_to("/etc")
    said = sentence(tmp_path / "m.onnx", model(constants=[outside(location)]))
    assert said.startswith(f'The model "{tmp_path / "m.onnx"}" ')
    assert reason in said


@pytest.mark.parametrize("more", [{"offset": "80"}, {"length": "400"}, {"offset": "-4"}, {"offset": "x"}])
def test_a_place_in_another_file_that_is_none_is_refused(tmp_path, more):
    (tmp_path / "w.bin").write_bytes(b"\0" * 12)
    assert 'in the file "w.bin", ' in sentence(tmp_path / "m.onnx", model(constants=[outside("w.bin", **more)]))


def test_numbers_in_a_file_beside_the_model_are_used(tmp_path):
    (tmp_path / "w.bin").write_bytes(np.array([9, 1, 2, 3], dtype=np.float32).tobytes())
    (tmp_path / "m.onnx").write_bytes(model(constants=[outside("w.bin", offset="4")]).SerializeToString())
    answer = OnnxModel.open(tmp_path / "m.onnx", "cpu").run(np.zeros((1, 3), np.float32))
    assert answer.tolist() == [[1, 2, 3]]


def test_notes_that_are_no_json_or_of_many_megabytes_are_refused(tmp_path):
    made = model([helper.make_node("Relu", ["features"], ["probabilities"])])
    for text, reason in {
        "{cat}": "its entry downslope.labels is not JSON",
        "[" * 100_000: "its entry downslope.labels is not JSON",
        '{"a": 1}': "is not a list of texts",
        "x" * 17 * 2**20: "carries more than 16 MB of notes",
    }.items():
        helper.set_model_props(made, {**PROPS, "downslope.labels": text})
        assert reason in sentence(tmp_path / "m.onnx", made)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 17, 21, 22])
def test_tensors_of_every_type_pass_as_the_onnx_package_writes_them(tmp_path, kind):
    values = [0, 1, 1, 0, 1, 0]
    tensors = [helper.make_tensor("listed", kind, [2, 3], values)]
    if kind not in (21, 22):
        content = helper.make_tensor("raw", kind, [2, 3], values)
        array = numpy_helper.to_array(content)
        tensors.append(helper.make_tensor("raw", kind, [2, 3], array.tobytes(), raw=True))
    (tmp_path / "m.onnx").write_bytes(
        model([helper.make_node("Relu", ["features"], ["probabilities"])], tensors).SerializeToString()
    )
    facts = check_file(tmp_path / "m.onnx")
    assert facts.producers == {"probabilities": "Relu"}
    assert facts.props == PROPS


def test_a_file_that_may_not_be_read_says_so(tmp_path, monkeypatch):
    # The tests may run as root, who may read everything; the refusal is the system's own.
    (tmp_path / "m.onnx").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(ModelError, match="cannot be read: Permission denied"):
        check_file(tmp_path / "m.onnx")


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), changes=st.integers(1, 6), cut=st.integers(0, 400))
def test_a_file_with_changed_bytes_works_or_costs_one_sentence(tmp_path_factory, seed, changes, cut):
    chance = random.Random(seed)
    content = bytearray(model(constants=[numpy_helper.from_array(np.zeros(3, np.float32), "w")]).SerializeToString())
    for _ in range(changes):
        content[chance.randrange(len(content))] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
    path = tmp_path_factory.mktemp("changed") / "m.onnx"
    path.write_bytes(content[: len(content) - cut] if seed % 2 else content)
    try:
        opened = OnnxModel.open(path, "cpu", threads=1)
        opened.run(np.zeros((2, len(opened.metadata.columns.names)), np.float32))
    except ModelError as error:
        said = str(error)
        assert "\n" not in said


@settings(max_examples=100, deadline=None)
@given(content=st.binary(min_size=1, max_size=300))
def test_any_bytes_cost_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        OnnxModel.open(path, "cpu")
