"""Tables of any make give the same columns and the same numbers."""

import tempfile
from datetime import date, time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.errors import DataError
from desktop_app.reading.column_types import column_kinds
from desktop_app.reading.tables import as_numbers, as_texts, encode, read_frame, vocabulary


@pytest.fixture
def written(tmp_path: Path):
    def write(content: str | bytes, name: str = "table.csv") -> Path:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    "content",
    [
        "age,city\n1.5,Köln\n2,Rome\n",
        "\n\nage,city\r\n1.5,Köln\r\n\r\n2,Rome\r\n",
        'age, "city"\n1.5, Köln\n 2 ,Rome',
        "age;city\n1,5;Köln\n2;Rome\n",
        "age\tcity\n1.5\tKöln\n2\tRome\n",
        "age,city\r1.5,Köln\r2,Rome\r",
        "\ufeffage,city\n+1.5,Köln\n2.,Rome\n",
        "age,city\n1.5,Köln\n2,Rome\n".encode("latin-1"),
        "age,city\n1.5,Köln\n2,Rome\n".encode("utf-16"),
    ],
    ids=["plain", "empty lines", "spaces", "semicolons", "tabs", "old line ends", "mark", "latin-1", "utf-16"],
)
def test_text_tables_of_any_make_read_alike(written, content):
    frame = read_frame(written(content.replace('"city"', "city") if isinstance(content, str) else content))
    assert frame.to_dict(as_series=False) == {"age": [1.5, 2.0], "city": ["Köln", "Rome"]}


def test_a_tsv_may_have_commas_in_its_cells(written):
    frame = read_frame(written("who\tn\nDoe, Jane\t1\n", "table.tsv"))
    assert frame.rows() == [("Doe, Jane", 1)]


def test_quoted_cells_may_hold_separators_line_ends_and_quotes(written):
    frame = read_frame(written('a,b\n"x,y\nz",1\n"say ""hi""",2\n'))
    assert frame.rows() == [("x,y\nz", 1), ('say "hi"', 2)]


@pytest.mark.parametrize("word", ["", "NA", "nan", "NULL", "None", "?", "-inf", " n/a "])
def test_words_for_missing_are_missing_in_numbers_and_in_texts(written, word):
    frame = read_frame(written(f"a,b,row\n1,x,1\n{word},{word},2\n3.5,y,3\n,z,4\n"))
    assert frame["a"].to_list() == [1.0, None, 3.5, None]
    assert frame["b"].to_list() == ["x", None, "y", "z"]


def test_a_line_with_nothing_in_it_is_no_row(written):
    assert read_frame(written("a,b\n1,x\n,\n\n2,y\n")).rows() == [(1, "x"), (2, "y")]


def test_codes_with_leading_zeros_stay_texts(written):
    assert read_frame(written("zip,n\n01234,1\n99999,0.5\n"))["zip"].to_list() == ["01234", "99999"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r'The table ".*table\.csv" is empty \(0 bytes\)\.'),
        (" \n ", r"is empty \(3 bytes\)\."),
        ("a,b\n", "has a header but no rows"),
        ("a,b\n1,2\n1,2,3\n", r"Line 3 of the table .* has 3 instead of 2 cells"),
        ("a,b\n1,2\n\n1\n", r"Line 4 of the table .* has 1 instead of 2 cells"),
        ("a,b,a\n1,2,3\n", 'two columns named "a"'),
        ("1,2\n3,4\n", "starts with numbers; its first line must hold the names"),
        (b"PK\x03\x04\x00\x00", "is not a text file; save it as CSV or Parquet"),
    ],
)
def test_each_fault_of_a_text_table_has_its_sentence(written, content, sentence):
    with pytest.raises(DataError, match=sentence):
        read_frame(written(content))


def test_faults_of_other_files_have_theirs(written, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_frame(tmp_path / "gone.csv")
    with pytest.raises(DataError, match="is a folder, not a table"):
        read_frame(tmp_path)
    with pytest.raises(DataError, match=r"save it as \.csv, \.tsv or \.parquet"):
        read_frame(written("a,b", "table.xlsx"))
    pl.DataFrame({"a": [1, 2, 3]}).write_parquet(tmp_path / "whole.parquet")
    with pytest.raises(DataError, match="not a Parquet file, or is damaged or cut short"):
        read_frame(written((tmp_path / "whole.parquet").read_bytes()[:-9], "cut.parquet"))
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "none.parquet")
    with pytest.raises(DataError, match="has no rows"):
        read_frame(tmp_path / "none.parquet")


def test_columns_are_numbers_categories_or_unusable_with_a_reason(tmp_path):
    rows = 40
    pl.DataFrame(
        {
            "id": range(rows),
            "size": [0.5, 1.5] * 20,
            "same": [3] * rows,
            "colour": ["red", "blue"] * 20,
            "day": [date(2024, 1, 1), date(2024, 1, 2)] * 20,
            "written_day": ["2024-01-31 10:00", None] * 20,
            "unclear_day": ["1/2/2024", "2/3/2024"] * 20,
            "no_day": ["2024-02-30", "2024-02-28"] * 20,
            "clock": [time(10, 30)] * rows,
            "note": [f"note {row}" for row in range(rows)],
            "code": [f"A{row}" for row in range(rows)],
            "price": [f"{row}.000,50" for row in range(1, rows + 1)],
            "none": [None] * rows,
            "list": [[1]] * rows,
            "record": [{"a": 1}] * rows,
            "flag": [True, False] * 20,
        }
    ).write_parquet(tmp_path / "all.parquet")
    frame = read_frame(tmp_path / "all.parquet")
    kinds = {column.name: (column.looks, column.reason) for column in column_kinds(frame)}
    assert kinds == {
        "id": ("row numbers", "only numbers the rows"),
        "size": ("number", ""),
        "same": ("constant", 'is "3" in every row'),
        "colour": ("category", ""),
        "day": ("date", ""),
        "written_day": ("date", ""),
        "unclear_day": (
            "date",
            'holds dates such as "1/2/2024", which may be day or month first; write them as 2024-12-31',
        ),
        "no_day": ("date", 'holds "2024-02-30", which is no date'),
        "clock": ("other", "holds times without a date"),
        "note": ("text", "holds free text (40 different values in 40 rows)"),
        "code": ("identifier", "is an identifier (40 different values in 40 rows)"),
        "price": ("text", 'holds numbers with points for thousands, such as "1.000,50"; write them without'),
        "none": ("empty", "is empty"),
        "list": ("other", "holds lists"),
        "record": ("other", "holds records of several values"),
        "flag": ("category", ""),
    }
    asked_for = ["id", "note", "day", "same"]
    wanted = {column.name: column.kind for column in column_kinds(frame, ["size", "day"], wanted=asked_for)}
    assert [wanted[name] for name in ("size", "day", "id", "note", "same", "written_day")] == [
        "categorical",
        "categorical",
        "numeric",
        "categorical",
        "numeric",
        "date",
    ]


@pytest.mark.parametrize(
    ("content", "values"),
    [
        ('a,b\n"1,234",x\n900,y\n', [1234, 900]),
        ("a;b\n1,234;x\n900;y\n", [1.234, 900.0]),
        ('a;b\n1,234,567;x\n"1,234.5";y\n', [1234567.0, 1234.5]),
        ('a,b\n"1,5",x\n"2,25",y\n', [1.5, 2.25]),
        ('a,b\n"1,5",x\n"2.25",y\n', ["1,5", "2.25"]),
        ("a;b\n1.234,50;x\n900;y\n", ["1.234,50", "900"]),
    ],
)
def test_commas_are_for_thousands_or_decimals_by_what_surrounds_them_and_else_stay_texts(written, content, values):
    assert read_frame(written(content))["a"].to_list() == values


def test_an_id_that_means_something_is_a_number(written):
    frame = read_frame(written("id,a\n7,1\n3,2\n"))
    assert [column.kind for column in column_kinds(frame)] == ["numeric", "numeric"]


def test_a_first_column_without_a_name_that_counts_rows_is_left_alone(written):
    frame = read_frame(written(",a\n0,5\n1,6\n2,6\n"))
    assert [(column.name, column.kind) for column in column_kinds(frame)] == [
        ("column 1", "unusable"),
        ("a", "numeric"),
    ]


def test_vocabularies_have_numbers_by_size_and_then_texts():
    assert vocabulary(pl.Series(["b", "10", "9", "a", None, "-1.50", "10.0"])) == ("-1.5", "9", "10", "a", "b")
    assert vocabulary(pl.Series([None, None])) == ()


def test_missing_numbers_are_nan_and_missing_or_unknown_words_minus_one():
    frame = pl.DataFrame({"n": [1.0, None, 1e39], "w": ["b", None, "never seen"], "t": ["2", None, "1e1"]})
    encoded = encode(frame, ["w", "n", "t"], {"w": ("a", "b")})
    assert encoded.dtype == np.float32
    np.testing.assert_array_equal(encoded, np.array([[1, 1, 2], [-1, np.nan, np.nan], [-1, np.nan, 10]], np.float32))


def test_encoding_names_the_column_the_row_and_the_value_that_do_not_fit():
    frame = pl.DataFrame({"age": ["1", "two"], "day": [date(2024, 1, 1)] * 2})
    with pytest.raises(DataError, match='Column "age" holds "two" in row 2, where a number is needed'):
        encode(frame, ["age"], {})
    with pytest.raises(DataError, match='Column "day" holds dates or times, where numbers are needed'):
        as_numbers(frame["day"])
    with pytest.raises(DataError, match=r'has no column "agee"; it has: age, day\. Did you mean "age"\?'):
        encode(frame, ["agee"], {})


numbers = st.one_of(
    st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, width=32), st.floats(allow_nan=False, allow_infinity=False)
)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), numbers), min_size=1, max_size=12).filter(
        lambda v: any(x is not None for x in v)
    )
)
def test_a_column_of_numbers_encodes_alike_from_csv_and_parquet_as_number_and_as_category(values):
    frame = pl.DataFrame({"code": pl.Series(values, dtype=pl.Float64), "row": range(len(values))})
    with tempfile.TemporaryDirectory() as folder:
        frame.write_parquet(Path(folder, "t.parquet"))
        frame.write_csv(Path(folder, "t.csv"))
        parquet, csv = read_frame(Path(folder, "t.parquet")), read_frame(Path(folder, "t.csv"))
    words = vocabulary(parquet["code"])
    assert vocabulary(csv["code"]) == words
    for vocabularies in ({}, {"code": words}):
        from_parquet, from_csv = (encode(table, ["code", "row"], vocabularies) for table in (parquet, csv))
        np.testing.assert_array_equal(from_csv, from_parquet)
    places = encode(csv, ["code"], {"code": words})[:, 0]
    assert [place == -1 for place in places] == [value is None for value in values]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt8, pl.Float64, pl.Float32])
def test_a_category_has_one_way_of_being_written_whatever_its_type(dtype):
    assert as_texts(pl.Series([1, 2], dtype=dtype)).to_list() == ["1", "2"]


def test_short_floats_stay_short_from_parquet(tmp_path):
    pl.DataFrame({"size": pl.Series([0.1, 2.0], dtype=pl.Float32)}).write_parquet(tmp_path / "t.parquet")
    assert vocabulary(read_frame(tmp_path / "t.parquet")["size"]) == ("0.1", "2")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=8)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells, st.integers(0, 99)), min_size=1, max_size=8))
def test_any_text_comes_back_from_a_csv_without_the_spaces_around_it(rows):
    frame = pl.DataFrame(rows, schema=["a", "b", "n"], orient="row")
    with tempfile.TemporaryDirectory() as folder:
        frame.write_csv(Path(folder, "t.csv"))
        frame.write_parquet(Path(folder, "t.parquet"))
        csv, parquet = read_frame(Path(folder, "t.csv")), read_frame(Path(folder, "t.parquet"))
    assert csv.rows() == parquet.rows()
    assert csv["n"].to_list() == [row[2] for row in rows]
