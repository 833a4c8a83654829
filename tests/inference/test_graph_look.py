"""A graph that nobody describes says what it can, and a file that is none is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.errors import ModelError
from desktop_app.inference.graph_look import look_at_graph


def test_a_model_without_labels_says_its_size_layout_and_outputs(colour_model: Callable[..., Path]) -> None:
    form = look_at_graph(colour_model(props={}))
    assert (form.kind, form.sides, form.layout, form.type, form.units) == ("image", (8, 6), "nhwc", "uint8", 3)


def test_a_file_that_was_cut_short_is_refused(colour_model: Callable[..., Path]) -> None:
    file = colour_model(props={})
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ModelError, match=r"colours\.onnx"):
        look_at_graph(file)
