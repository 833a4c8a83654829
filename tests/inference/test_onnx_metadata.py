"""What a model says about itself survives the file, and nonsense is refused with the entry's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import ModelError
from desktop_app.inference.metadata import Columns, Metadata, Resize

texts = st.text(max_size=12)
resizes = st.builds(
    Resize,
    st.tuples(st.integers(1, 4096), st.integers(1, 4096)),
    st.sampled_from(["crop", "stretch", "pad"]),
    st.sampled_from(["bilinear", "bicubic", "nearest"]),
)
columns = st.builds(
    Columns, st.lists(texts, min_size=1).map(tuple), st.dictionaries(texts, st.lists(texts, max_size=4).map(tuple))
)


@given(
    st.builds(
        Metadata,
        st.lists(texts).map(tuple),
        st.sampled_from(["classification", "regression"]),
        st.none() | resizes,
        st.none() | columns,
    )
)
def test_what_is_written_is_read_back(metadata: Metadata):
    assert Metadata.from_props(metadata.to_props()) == metadata


def test_the_entries_have_the_names_and_the_form_that_others_rely_on():
    metadata = Metadata(("Löwe",), "classification", Resize((224, 192)), Columns(("a",), {"a": ("x",)}))
    assert metadata.to_props() == {
        "downslope.labels": '["Löwe"]',
        "downslope.task": "classification",
        "downslope.resize": '{"size": [224, 192], "rule": "crop", "interpolation": "bilinear"}',
        "downslope.columns": '{"names": ["a"], "vocabularies": {"a": ["x"]}}',
    }


def test_missing_labels_are_an_error_for_classes_alone():
    with pytest.raises(ModelError, match=r'The model "m\.onnx" has no labels \(downslope\.labels\)'):
        Metadata.from_props({}, "m.onnx")
    assert Metadata.from_props({"downslope.task": "regression"}).labels == ()


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("labels", "cat", "is not JSON"),
        ("labels", '{"cat": 0}', "is not a list of texts"),
        ("labels", "[1, 2]", "is not a list of texts"),
        ("resize", "[224, 224]", "is not a JSON object"),
        ("resize", '{"size": 224}', "has size 224 instead of a height and a width"),
        ("resize", '{"size": [224, 0]}', r"has size \[224, 0\]"),
        ("resize", '{"size": [224, true]}', r"has size \[224, True\]"),
        ("resize", '{"size": [8, 8], "rule": "squash"}', "has the rule 'squash'"),
        ("resize", '{"size": [8, 8], "interpolation": ["x"]}', "has the interpolation"),
        ("columns", '{"names": []}', "has no list of column names"),
        ("columns", '{"names": ["a"], "vocabularies": {"a": "xyz"}}', "has vocabularies that are not lists"),
    ],
)
def test_an_entry_of_another_form_is_named(key: str, value: str, reason: str):
    props = {"downslope.labels": "[]", f"downslope.{key}": value}
    with pytest.raises(ModelError, match=rf"its entry downslope\.{key} {reason}.*; export it again\."):
        Metadata.from_props(props)


def test_an_unknown_task_is_named():
    with pytest.raises(ModelError, match='the task "segmentation"'):
        Metadata.from_props({"downslope.task": "segmentation"})
