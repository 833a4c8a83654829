"""A table becomes numbers, labels and classes by rules that anybody can foretell."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from desktop_app.api import DataError
from plugins.data_sources.table import load, register_data_sources


@pytest.fixture
def saved(tmp_path: Path):
    def save(columns: dict, name: str = "table.csv") -> Path:
        frame = pl.DataFrame(columns)
        (frame.write_parquet if name.endswith("parquet") else frame.write_csv)(tmp_path / name)
        return tmp_path / name

    return save


FLOWERS = {
    "size": [1.5, 2.0, None, 4.0],
    "colour": ["red", "blue", "red", None],
    "month": [1, 12, 2, 12],
    "kind": ["rose", "iris", "rose", "aster"],
}


def test_columns_become_numbers_and_the_target_becomes_places_in_the_classes(saved):
    samples = load(saved(FLOWERS), target="kind")
    assert (samples.kind, samples.task, samples.classes) == ("table", "classification", ("aster", "iris", "rose"))
    assert samples.labels.tolist() == [2, 1, 2, 0]
    assert samples.labels.dtype == np.int64
    assert samples.items.names == ("size", "colour", "month")
    assert samples.items.vocabularies == {"colour": ("blue", "red")}
    expected = np.array([[1.5, 1, 1], [2, 0, 12], [np.nan, 1, 2], [4, -1, 12]], np.float32)
    np.testing.assert_array_equal(samples.items.values, expected)
    assert samples.items.values.dtype == np.float32
    assert samples.names == ["row 1", "row 2", "row 3", "row 4"]
    assert samples.problems == ()


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_a_numeric_column_that_is_called_categorical_encodes_alike_from_either_file(saved, name):
    samples = load(saved(FLOWERS, name), target="kind", columns=["month"], categorical=["month"])
    assert samples.items.vocabularies == {"month": ("1", "2", "12")}
    assert samples.items.values[:, 0].tolist() == [0, 2, 1, 2]


def test_named_columns_are_taken_in_their_order(saved):
    assert load(saved(FLOWERS), target="kind", columns=["month", "size"]).items.names == ("month", "size")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0.5] + [1.0] * 59, "regression"),  # one fraction is enough
        (
            [float(value) for value in range(50)] + [0.0] * 10,
            "classification",
        ),  # 50 different whole values are not more
        ([float(value) for value in range(51)] + [0.0] * 9, "regression"),
        (list(range(51)) + [0] * 9, "regression"),
        ([0, 1] * 30, "classification"),
        ([f"text {value % 55}" for value in range(60)], "classification"),  # texts, however many
    ],
)
def test_the_task_is_regression_only_for_fractions_or_more_than_50_different_numbers(saved, values, task):
    path = saved({"a": [1.5, 2.5] * 30, "y": values})
    samples = load(path, target="y")
    assert samples.task == task
    assert samples.labels.dtype == (np.float32 if task == "regression" else np.int64)
    if not isinstance(values[0], str):
        assert load(path, target="y", task="regression").labels.tolist() == values
    assert load(path, target="y", task="classification").task == "classification"
    assert load(path, target="y", categorical=["y"]).task == "classification"


def test_numeric_classes_are_named_as_they_are_written_and_sorted_by_size(saved):
    samples = load(saved({"a": [1, 2, 3], "y": [10, 9, 10]}), target="y")
    assert samples.classes == ("9", "10")
    assert samples.labels.tolist() == [1, 0, 1]


def test_rows_without_a_target_are_refused_or_skipped_and_reported(saved):
    path = saved({"a": [1, 2, 3, 4], "y": ["u", None, "v", None]})
    with pytest.raises(DataError, match=r'"y" is missing in 2 rows of ".*", first in row 2; fill it in or set'):
        load(path, target="y")
    samples = load(path, target="y", unreadable="skip")
    assert samples.items.values[:, 0].tolist() == [1, 3]
    assert samples.labels.tolist() == [0, 1]
    assert samples.names == ["row 1", "row 3"]
    assert [(report.path, report.problem) for report in samples.problems] == [
        (f"{path}: row 2", 'has no "y"; it is left out'),
        (f"{path}: row 4", 'has no "y"; it is left out'),
    ]


def test_columns_that_cannot_be_used_are_left_out_and_reported_unless_named(saved):
    path = saved(
        {
            "id": range(30),
            "day": ["1/2/2024", "2/3/2024", "3/4/2024"] * 10,
            "note": [f"n{i}" for i in range(30)],
            "a": [1, 2] * 15,
            "y": ["u", "v"] * 15,
        }
    )
    samples = load(path, target="y")
    assert samples.items.names == ("a",)
    assert [report.path.rpartition(" ")[2] for report in samples.problems] == ["id", "day", "note"]
    assert load(path, target="y", columns=["id", "note"]).items.names == ("id", "note")
    with pytest.raises(
        DataError, match=r'the column "day" of ".*" holds dates such as "1/2/2024", which .*; leave it out'
    ):
        load(path, target="y", columns=["day"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, r"data\.target is missing; name one of the table's columns: size, colour, month, kind\."),
        ({"target": "Kind"}, r'data\.target: the table ".*" has no column "Kind"; .* Did you mean "kind"\?'),
        ({"target": "kind", "columns": ["sise"]}, r'data\.columns: .* "sise".*Did you mean "size"'),
        ({"target": "kind", "categorical": ["x"]}, r"data\.categorical: "),
        ({"target": "kind", "columns": ["size", "kind"]}, "would give the answer away"),
        ({"target": "kind", "columns": ["size", "size"]}, 'names the column "size" twice'),
        (
            {"target": "kind", "task": "regression"},
            'task is regression, but the target "kind" holds texts such as "rose"',
        ),
    ],
)
def test_wrong_options_are_named_by_their_key(saved, options, sentence):
    with pytest.raises(DataError, match=sentence):
        load(saved(FLOWERS), **options)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"a": [1, 2], "y": [None, None]}, 'The target "y" is empty in every row'),
        ({"a": [1, 2], "y": ["u", "u"]}, 'The target "y" is "u" in every row; two different values are needed'),
        ({"y": ["u", "v"]}, 'has no column that "y" could be learned from'),
        ({"a": [1, 2], "y": [1e300, 0.5]}, "too large for float32"),
    ],
)
def test_tables_that_cannot_be_learned_from_say_why(saved, columns, sentence):
    with pytest.raises(DataError, match=sentence):
        load(saved(columns), target="y")


def test_a_column_of_dates_becomes_numbers_that_say_their_names(saved):
    path = saved({"day": ["31/01/2024", "1/2/2024"], "at": ["2024-01-31 06:00", None], "y": ["u", "v"]})
    circles = [f"{circle} {function}" for circle in ("yearly", "weekly") for function in ("sine", "cosine")]
    day = [f"day (day first): {part}" for part in ("years since 2000", *circles)]
    at = [f"at: {part}" for part in ("years since 2000", *circles, "daily sine", "daily cosine")]
    samples = load(path, target="y")
    assert samples.items.names == (*day, *at)
    assert np.isnan(samples.items.values[1, 5:]).all()
    assert load(path, target="y", columns=[at[5], "day"]).items.names == (at[5], *day)
    assert load(path, target="y", columns=[at[5]]).items.values[0, 0] == 1.0
    assert load(path, target="y", categorical=["day"]).items.vocabularies == {"day": ("1/2/2024", "31/01/2024")}


def test_a_column_that_is_called_like_a_part_of_a_date_is_refused(saved):
    path = saved({"day": ["2024-01-31", "2024-01-30"], "day: yearly sine": [1, 2], "y": ["u", "v"]})
    with pytest.raises(DataError, match='need the name "day: yearly sine", which is taken; rename that column'):
        load(path, target="y")


def test_a_target_of_dates_is_refused(saved):
    path = saved({"a": [1, 2], "y": pl.Series([1, 2]).cast(pl.Date)}, "table.parquet")
    with pytest.raises(DataError, match="holds neither numbers nor texts"):
        load(path, target="y")


def test_a_missing_path_and_a_missing_file_say_so(tmp_path):
    with pytest.raises(DataError, match=r"data\.path is missing: table needs"):
        load(None)
    with pytest.raises(DataError, match="does not exist"):
        load(tmp_path / "gone.csv", target="y")


def test_the_contribution_checks_its_options():
    source = register_data_sources()
    names = ["target", "columns", "categorical", "task", "unreadable", "group"]
    assert [parameter.name for parameter in source.parameters] == names
    assert source.check({"columns": ["a"], "task": "auto"}) == {"columns": ("a",), "task": "auto"}
    assert all(parameter.help for parameter in source.parameters)


def test_the_column_of_groups_is_no_input(tmp_path):
    (tmp_path / "t.csv").write_text("x,patient,kind\n1,7,a\n2,7,b\n3,,a\n", encoding="utf-8")
    samples = load(tmp_path / "t.csv", target="kind", group="patient")
    assert samples.items.names == ("x",)
    assert samples.groups == ["7", "7", ""]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"group": "patent"}, r'data\.group: the table .* has no column "patent".*Did you mean "patient"'),
        ({"group": "kind"}, r'data\.group names the target "kind"'),
        ({"group": "patient", "columns": ["x", "patient"]}, r'data\.columns names "patient", which data\.group keeps'),
    ],
)
def test_a_column_that_cannot_group_is_refused(tmp_path, options, sentence):
    (tmp_path / "t.csv").write_text("x,patient,kind\n1,7,a\n2,7,b\n", encoding="utf-8")
    with pytest.raises(DataError, match=sentence):
        load(tmp_path / "t.csv", target="kind", **options)
