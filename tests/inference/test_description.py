"""What a person says about a model is kept beside it, and read back as it was said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import DataError, ModelError
from desktop_app.inference.description import read_description, read_labels, write_description
from desktop_app.inference.metadata import Calibration, Columns, Metadata, Pixels, Resize

NUMBERS = st.floats(-10, 10)
PICTURES = st.builds(
    Metadata,
    labels=st.lists(st.text(), min_size=1, max_size=4).map(tuple),
    resize=st.builds(
        Resize,
        st.tuples(st.integers(1, 999), st.integers(1, 999)),
        st.sampled_from(["crop", "stretch", "pad"]),
        st.sampled_from(["bilinear", "bicubic", "nearest"]),
        st.booleans(),
    ),
    pixels=st.builds(
        Pixels,
        st.sampled_from(["nhwc", "nchw"]),
        st.sampled_from(["uint8", "float32"]),
        st.tuples(NUMBERS, NUMBERS, NUMBERS),
        st.tuples(*[st.floats(0.1, 10)] * 3),
    ),
    calibration=st.none() | st.builds(Calibration, st.floats(0.1, 9), st.floats(0, 1)),
)


@given(PICTURES)
def test_a_description_comes_back_as_it_was_written(tmp_path_factory, metadata):
    path = tmp_path_factory.mktemp("described") / "m.json"
    write_description(metadata, path)
    assert read_description(path) == metadata


def test_a_description_is_short_and_names_what_people_name(tmp_path):
    (tmp_path / "m.json").write_text(
        '{"labels": ["cat", "dog"], "resize": {"size": [8, 6]}, "pixels": {"std": [1,1,2]}}'
    )
    assert read_description(tmp_path / "m.json") == Metadata(
        ("cat", "dog"), resize=Resize((8, 6)), pixels=Pixels(std=(1, 1, 2))
    )
    table = Metadata(("no", "yes"), columns=Columns(("a", "b"), {"b": ("x", "ü")}))
    write_description(table, tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))["columns"]["vocabularies"] == {"b": ["x", "ü"]}
    assert read_description(tmp_path / "t.json") == table


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{labels}", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "is not a JSON object"),
        ('{"lables": ["a"]}', r'has the entry "lables"; known are labels, .*Did you mean "labels"'),
        ('{"resize": {"size": [8, 8]}}', "has no labels"),
        ('{"labels": ["a", 1]}', r"its entry downslope\.labels is not a list of texts; put it right"),
        ('{"labels": ["a"], "resize": {"size": [0, 8]}}', "has size"),
        ('{"labels": ["a"], "task": 3}', "has a task that is no text"),
        (b"\xff\xfe", "is not text in UTF-8"),
    ],
    ids=str,
)
def test_a_description_that_cannot_be_used_says_why(tmp_path, content, sentence):
    path = tmp_path / "m.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelError, match=sentence):
        read_description(path)


def test_a_description_that_cannot_be_read_or_written_is_named(tmp_path):
    with pytest.raises(ModelError, match=r'The file ".*gone\.json" cannot be read'):
        read_description(tmp_path / "gone.json")
    with pytest.raises(ModelError, match=r'cannot be written to ".*m\.json"'):
        write_description(Metadata(("a",)), tmp_path / "gone" / "m.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.txt", "cat\n dog \n\nsea lion\n"),
        ("labels.json", '["cat", "dog", "sea lion"]'),
        ("places.json", '{"0": "cat", "2": "sea lion", "1": "dog"}'),
        ("names.json", '{"sea lion": 2, "cat": 0, "dog": 1}'),
        ("config.json", '{"id2label": {"0": "cat", "1": "dog", "2": "sea lion"}, "hidden_size": 7}'),
    ],
)
def test_labels_are_read_from_the_files_that_people_have(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert read_labels(str(tmp_path / name)) == ("cat", "dog", "sea lion")


def test_labels_are_read_from_the_line_itself(tmp_path):
    assert read_labels("cat, sea lion ,dog") == ("cat", "sea lion", "dog")
    with pytest.raises(DataError, match="There is no file of labels"):
        read_labels(str(tmp_path / "gone.txt"))
    (tmp_path / "empty.txt").touch()
    (tmp_path / "gap.json").write_text('{"0": "cat", "2": "dog"}')
    for text, sentence in {
        str(tmp_path / "empty.txt"): "names no labels",
        "cat,,dog": "names no labels, or an empty one",
        str(tmp_path / "gap.json"): "is no list of labels",
        "x" * 5000 + ",": "an empty one",
    }.items():
        with pytest.raises((DataError, ModelError), match=sentence):
            read_labels(text)
