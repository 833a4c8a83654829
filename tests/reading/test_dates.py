"""Dates of any make become the same numbers, in training and in prediction alike."""

import math
import tempfile
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import DataError
from desktop_app.reading.column_types import column_kinds
from desktop_app.reading.dates import DatePart, Order, date_numbers, date_parts, order_of, seconds_since_2000
from desktop_app.reading.tables import encode, read_frame

NOON = datetime(2024, 3, 31, 13, 5, 30)


def texts(*values: str | None) -> pl.Series:
    return pl.Series("day", values, dtype=pl.String)


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("2024-03-31 13:05:30", ""),
        ("2024/3/31T13:05:30.0", ""),
        ("31.03.2024 13:05:30", ""),
        ("31.3.2024 1:05:30 pm", ""),
        ("31/03/2024 13:05:30", "day first"),
        ("31-3-2024 01:05:30 PM", "day first"),
        ("3/31/2024 1:05:30 PM", "month first"),
        ("2024-03-31 13:05:30Z", ""),
        ("2024-03-31 15:05:30+02:00", ""),
        ("2024-03-31T07:35:30-0530", ""),
    ],
)
def test_every_way_of_writing_a_moment_gives_that_moment(written: str, order: Order) -> None:
    column = texts(written, None)
    assert order_of(column) == order
    found = seconds_since_2000(column, order)
    assert found[0] == (NOON - datetime(2000, 1, 1)).total_seconds()
    assert math.isnan(found[1])


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["1/2/2024"], 'holds dates such as "1/2/2024", which may be day or month first'),
        (["13/2/2024", "2/13/2024"], "the day first and dates with the month first"),
        (["2024-02-30"], 'holds "2024-02-30", which is no date'),
        (["2023-02-29 10:00"], "no date"),
        (["2024-02-01 24:00"], "no date"),
        (["2024-02-01 13:00 pm"], "no date"),
    ],
)
def test_dates_that_cannot_be_read_for_sure_say_why(values: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        order_of(texts(*values))


def test_midnight_and_noon_of_twelve_hours() -> None:
    found = seconds_since_2000(texts("1/1/2000 12:00 AM", "1/1/2000 12:00 PM"), "month first")
    assert found.tolist() == [0, 12 * 3600]


def test_the_numbers_are_those_of_a_calendar() -> None:
    # Monday, 1 July 2024: the 183rd of 366 days.
    column = texts("2024-07-01 06:00")
    found = {part.part: float(date_numbers(column, part)[0]) for part in date_parts(column)}
    assert found["years since 2000"] == pytest.approx((8948 + 0.25) / 365.2425, rel=1e-6)
    assert found["yearly sine"] == pytest.approx(math.sin(2 * math.pi * 182 / 366), abs=1e-6)
    assert found["yearly cosine"] == pytest.approx(math.cos(2 * math.pi * 182 / 366), abs=1e-6)
    assert (found["weekly sine"], found["weekly cosine"]) == (0, 1)
    assert found["daily sine"] == 1
    assert found["daily cosine"] == pytest.approx(0, abs=1e-6)


def test_days_alone_give_no_time_of_day() -> None:
    parts = [part.part for part in date_parts(pl.Series("day", [date(2024, 7, 1)]))]
    assert parts == ["years since 2000", "yearly sine", "yearly cosine", "weekly sine", "weekly cosine"]


names = st.text(min_size=1, max_size=12)


@given(column=names, order=st.sampled_from(["", "day first", "month first"]), part=st.sampled_from(["weekly sine"]))
def test_a_name_says_which_number_of_which_column_it_is(column: str, order: Order, part: str) -> None:
    made = DatePart(column, part, order)  # type: ignore[arg-type]
    assert DatePart.named(made.name) == made
    assert DatePart.named(column) is None


def test_prediction_names_the_row_that_holds_no_date_or_one_of_another_form() -> None:
    frame = pl.DataFrame({"day": ["31/01/2024", "soon"]})
    with pytest.raises(DataError, match='Column "day" holds "soon" in row 2, where a date as 2024-12-31 is needed'):
        encode(frame, ["day (day first): yearly sine"], {})
    with pytest.raises(DataError, match='"31/01/2024" in row 1'):
        encode(frame, ["day: yearly sine"], {})
    with pytest.raises(DataError, match=r'no column "days".*Did you mean "day"'):
        encode(frame, ["days: yearly sine"], {})


def test_a_single_row_is_read_as_the_whole_column_was() -> None:
    whole, single = texts("13/02/2024", "01/02/2024"), pl.DataFrame({"day": ["01/02/2024"]})
    for part in date_parts(whole):
        assert encode(single, [part.name], {})[0, 0] == date_numbers(whole, part)[1]


moments = st.datetimes(datetime(1700, 1, 1), datetime(2300, 1, 1)).map(lambda moment: moment.replace(microsecond=0))


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.one_of(st.none(), moments), min_size=1, max_size=8).filter(any), aware=st.booleans())
def test_dates_encode_alike_from_csv_and_parquet(values: list[datetime | None], aware: bool) -> None:
    zone = timezone(timedelta(hours=0)) if aware else None
    given_values = [value and value.replace(tzinfo=zone) for value in values]
    dtype = pl.Datetime("us", "UTC") if aware else pl.Datetime("ms")
    frame = pl.DataFrame({"at": pl.Series(given_values, dtype=dtype), "row": range(len(values))})
    with tempfile.TemporaryDirectory() as folder:
        frame.write_parquet(Path(folder, "t.parquet"))
        frame.write_csv(Path(folder, "t.csv"))
        parquet, csv = read_frame(Path(folder, "t.parquet")), read_frame(Path(folder, "t.csv"))
    assert column_kinds(csv, wanted=["at"])[0].kind == column_kinds(parquet, wanted=["at"])[0].kind == "date"
    wanted = [part.name for part in date_parts(parquet["at"])]
    assert [part.name for part in date_parts(csv["at"])] == wanted
    from_csv, from_parquet = (encode(table, wanted, {}) for table in (csv, parquet))
    np.testing.assert_array_equal(from_csv, from_parquet)
    expected = [(value.replace(tzinfo=UTC).timestamp() - 946_684_800) if value else math.nan for value in values]
    np.testing.assert_array_equal(seconds_since_2000(csv["at"], ""), expected)
