"""Charts as SVG: bounds with round steps, whatever is drawn, and texts that cannot break out."""

import math
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.evaluation.charts import Line, _range, chart


@given(st.lists(st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-9), max_size=20))
def test_bounds_hold_every_value_and_have_a_width(values):
    low, high = _range(values)

    assert low < high
    for value in values:
        assert low - 1e-6 * abs(low) <= value <= high + 1e-6 * abs(high)


def test_bounds_are_round():
    assert _range([0.001, 0.825]) == (0.0, 1.0)
    low, high = _range([5, 25])
    assert (low, high) == (5, 30) or (high - low) % 5 == 0
    assert _range([]) == (0.0, 1.0)


def test_what_is_no_number_is_left_out_and_names_are_escaped():
    drawn = chart("<b>", "x & y", "</svg>", [Line("<script>", [0, 1, math.nan], [math.inf, 2.0, 3.0], dots=True)])

    root = ElementTree.fromstring(drawn)
    texts = [element.text for element in root.iter() if element.text]
    assert {"<b>", "x & y", "</svg>", "<script>"} <= set(texts)
    assert len([element for element in root.iter() if element.tag == "circle"]) == 1
    ElementTree.fromstring(chart("nothing", "x", "y", []))
    ElementTree.fromstring(chart("one point", "x", "y", [Line("a", [3.0], [3.0])]))
