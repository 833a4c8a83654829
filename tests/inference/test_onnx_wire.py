"""Bytes are read as protobuf writes them, and nothing beyond their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import NodeProto, StringStringEntryProto, TensorProto

from desktop_app.inference import onnx_wire
from desktop_app.inference.onnx_wire import Wire, WireError


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20), st.text(max_size=200))
def test_numbers_and_texts_come_as_the_onnx_package_wrote_them(numbers, name):
    wire = Wire(TensorProto(dims=numbers, name=name).SerializeToString())
    fields = list(wire.fields(wire.whole()))
    assert [value for field in fields if field.number == 1 for value in wire.integers(field)] == numbers
    assert [wire.text(field) for field in fields if field.number == 8] == [name]


@given(st.lists(st.text(), max_size=5), st.text())
def test_messages_within_messages_are_found(inputs, operator):
    node = NodeProto(input=inputs, op_type=operator)
    wire = Wire(node.SerializeToString())
    assert [wire.text(field) for field in wire.fields(wire.whole()) if field.number == 1] == inputs


@given(st.binary(max_size=60))
def test_any_bytes_are_read_to_their_end_or_refused(content):
    wire = Wire(content)
    try:
        for field in wire.fields(wire.whole()):
            assert 0 <= field.start <= field.end <= len(content)
            list(wire.integers(field))
    except WireError as error:
        said = str(error)
        assert "not an ONNX model" in said


def test_a_message_that_is_cut_short_is_refused():
    content = StringStringEntryProto(key="k", value="a longer text").SerializeToString()
    for end in range(4, len(content)):
        wire = Wire(content[:end])
        with pytest.raises(WireError, match="cut short"):
            list(wire.fields(wire.whole()))


def test_more_parts_than_any_network_has_are_not_read(monkeypatch):
    monkeypatch.setattr(onnx_wire, "_MOST_FIELDS", 10)
    wire = Wire(b"\x08\x01" * 11)
    with pytest.raises(WireError, match="has more than 10 parts"):
        list(wire.fields(wire.whole()))
