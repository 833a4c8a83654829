"""The numbers of layers are pulled piece by piece and come out as if they were pulled at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.engine.recorder import Recorder
from desktop_app.window.train.layer_matrix import LayerMatrix, in_order


def pulled(recorder: Recorder, matrix: LayerMatrix) -> bool:
    return matrix.pull(recorder, recorder.names())


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b", "c"]), st.floats(allow_infinity=True, allow_nan=True)), max_size=80
    ),
    st.sets(st.integers(0, 80)),
)
def test_pulling_now_and_then_equals_pulling_once(rows: list[dict[str, float]], when: set[int]) -> None:
    recorder, often = Recorder(), LayerMatrix("weight_norm")
    for place, row in enumerate(rows):
        recorder.add_row(3 * place + 1, {f"weight_norm/{layer}": value for layer, value in row.items()})
        if place in when:
            pulled(recorder, often)
    once = LayerMatrix("weight_norm")
    pulled(recorder, often)
    pulled(recorder, once)
    assert often.layers == once.layers
    np.testing.assert_array_equal(often.steps, once.steps)
    np.testing.assert_array_equal(often.measured, once.measured)
    np.testing.assert_array_equal(often.values, once.values)


def test_a_layer_that_lags_behind_finds_its_place() -> None:
    recorder, matrix = Recorder(), LayerMatrix("q")
    recorder.add_row(1, {"q/a": 1.0, "q/b": 2.0})
    recorder.add_row(5, {"q/a": 3.0})
    assert pulled(recorder, matrix)
    recorder.add_row(5, {"q/b": 4.0})
    assert pulled(recorder, matrix)
    assert matrix.steps.tolist() == [1, 5]
    assert matrix.values.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    assert not pulled(recorder, matrix)


def test_what_was_taken_back_to_a_checkpoint_is_forgotten() -> None:
    recorder, matrix = Recorder(), LayerMatrix("q")
    for step in range(1, 10):
        recorder.add_row(step, {"q/a": float(step)})
    pulled(recorder, matrix)
    recorder.forget_after(4)
    recorder.add_row(5, {"q/a": 50.0})
    assert pulled(recorder, matrix)
    assert matrix.steps.tolist() == [1, 2, 3, 4, 5]
    assert matrix.values[0, -1] == 50.0


def test_a_value_that_is_not_a_number_is_told_from_one_that_is_missing() -> None:
    recorder, matrix = Recorder(), LayerMatrix("q")
    recorder.add_row(1, {"q/a": float("nan")})
    recorder.add_row(2, {"q/b": 1.0})
    pulled(recorder, matrix)
    assert np.isnan(matrix.values).sum() == 3
    assert matrix.measured.tolist() == [[True, False], [False, True]]


def test_what_is_read_off_stands_out_or_is_the_last_before() -> None:
    recorder, matrix = Recorder(), LayerMatrix("q")
    for step, value in enumerate([1.0, 1.0, 9.0, 1.0, float("nan"), 1.0]):
        recorder.add_row(10 * step, {"q/a": value})
    pulled(recorder, matrix)
    assert matrix.find(0, 0, 35) == (20, 9.0)
    assert matrix.find(0, 31, 39) == (30, 1.0)
    found = matrix.find(0, 0, 60)
    assert found is not None
    assert found[0] == 40
    assert matrix.find(0, -20, -10) is None


def test_layers_stand_in_running_order_and_otherwise_counted_up() -> None:
    assert in_order(["layers.10", "layers.2", "head", "stem"], ["stem", "head"]) == [
        "stem",
        "head",
        "layers.2",
        "layers.10",
    ]
