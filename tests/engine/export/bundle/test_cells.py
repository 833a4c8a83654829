"""The bundle's cells.py makes the numbers of a row that Downslope makes of it."""

import importlib.util
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.reading.dates import DatePart, date_parts
from desktop_app.reading.resources import resource_file
from desktop_app.reading.tables import encode, read_frame, vocabulary


@pytest.fixture(scope="module")
def cells():
    """Return the program's module."""
    spec = importlib.util.spec_from_file_location("cells", resource_file("bundle/cells.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


numbers = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.sampled_from(["", "NA", "n/a", "?", "-inf", "1e3", ".5", "7.", "1e300"]),
)
words = st.sampled_from(["red", "blue", "True", "TRUE", "1", "1.0", "1.50", "2e3", "", "NA", "-0.0", "black and white"])


@given(st.lists(st.tuples(numbers, words), min_size=1, max_size=8))
def test_numbers_and_categories_are_what_downslope_reads(cells, tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text("number,word,rest\n" + "".join(f"{number},{word},x\n" for number, word in rows), encoding="utf-8")
    frame = read_frame(path)
    vocabularies = {"word": vocabulary(frame["word"])[:2]}  # so that others are unknown
    wanted = encode(frame, ["number", "word"], vocabularies)

    found = [
        cells.values({"number": number, "word": word}, "", names=["number", "word"], vocabularies=vocabularies)
        for number, word in rows
    ]

    np.testing.assert_allclose(np.array(found, dtype=np.float32), wanted, rtol=1e-6)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y/%m/%d %H:%M", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %I:%M %p"])
@settings(max_examples=40)
@given(moment=st.datetimes(datetime(1900, 1, 1), datetime(2150, 1, 1)))
def test_dates_are_what_downslope_reads(cells, form, moment):
    column = pl.Series("bought", [moment.strftime(form), "31.12.2001" if "/" not in form else "31/12/2001"][:1])
    order = "day first" if form.startswith("%d/") else ""
    parts = [DatePart("bought", part.part, order) for part in date_parts(pl.Series("bought", ["2001-02-03 04:05"]))]
    names = [part.name for part in parts]
    wanted = encode(pl.DataFrame([column]), names, {})[0]

    found = cells.values({"bought": column[0]}, "", names=names, vocabularies={})

    np.testing.assert_allclose(np.array(found, dtype=np.float32), wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "hours"), [("2001-02-03 04:05Z", 0), ("2001-02-03T04:05+02:00", -2), ("2001-02-03 04:05-0130", 1.5)]
)
def test_a_time_with_an_offset_is_taken_in_utc(cells, text, hours):
    name = DatePart("bought", "years since 2000").name
    plain, moved = (
        cells.values({"bought": written}, "", names=[name], vocabularies={})[0] for written in (text[:16], text)
    )

    assert (moved - plain) * 365.2425 * 24 == pytest.approx(hours, abs=1e-6)


def test_what_a_comma_stands_for_follows_from_what_cells_are_apart_by(cells):
    assert cells.values({"a": "1,5"}, ".", names=["a"], vocabularies={}) == [1.5]
    assert cells.values({"a": "1,500"}, "", names=["a"], vocabularies={}) == [1500.0]


@pytest.mark.parametrize(
    ("given_cells", "sentence"),
    [
        ({"a": "much"}, 'has "much" in the column "a", where a number is needed'),
        ({"b": "1"}, 'has no cell in the column "a"'),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(cells, given_cells, sentence):
    with pytest.raises(ValueError, match=sentence):
        cells.values(given_cells, "", names=["a"], vocabularies={})
