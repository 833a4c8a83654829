from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.scan import Finding

Scan = Callable[..., dict[str, Finding]]


def write(file: Path, **columns: object) -> Path:
    rows = zip(*columns.values(), strict=True)  # type: ignore[call-overload]
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(80, 3)).round(4)


def sides(values: np.ndarray) -> list[str]:
    return np.where(values[:, 0] + values[:, 1] > 0, "up", "down").tolist()


def test_an_ordinary_table_gives_no_finding(values: np.ndarray, tmp_path: Path, found: Scan) -> None:
    file = write(tmp_path / "t.csv", x=values[:, 0], y=values[:, 1], side=sides(values))

    assert found(file, target="side") == {}


def test_missing_values_are_counted_by_column_and_mostly_empty_columns_may_be_left_out(
    values: np.ndarray, tmp_path: Path, found: Scan
) -> None:
    x, word = values[:, 0].tolist(), [("a", "b", "")[place % 3] for place in range(80)]
    x[:60] = [""] * 60
    file = write(tmp_path / "t.csv", x=x, y=values[:, 1], z=values[:, 2], word=word, side=sides(values))
    finding = found(file, target="side")["missing_values"]

    assert (finding.names, finding.leave_out, finding.severity) == (("x", "word"), ("x",), "warning")
    assert finding.details == ("75.0% missing (60 rows)", "32.5% missing (26 rows)")


def test_a_column_with_one_value_that_was_asked_for_is_named(values: np.ndarray, tmp_path: Path, found: Scan) -> None:
    same = {"unit": ["cm"] * 80, "year": [2024] * 80}
    file = write(tmp_path / "t.csv", x=values[:, 0], y=values[:, 1], **same, side=sides(values))
    finding = found(file, target="side", columns=["x", "y", "unit", "year"])["constant_column"]

    assert dict(zip(finding.names, finding.details, strict=True)) == {"unit": "always cm", "year": "always 2024"}


def test_a_column_that_gives_the_class_away_is_found_among_honest_ones(
    values: np.ndarray, tmp_path: Path, found: Scan
) -> None:
    side = sides(values)
    code = [place % 7 + (100 if name == "up" else 0) for place, name in enumerate(side)]
    finding = found(write(tmp_path / "t.csv", x=values[:, 0], code=code, side=side), target="side")["target_leak"]

    assert finding.names == finding.leave_out == ("code",)


def test_a_column_that_gives_a_number_away_is_found(tmp_path: Path, found: Scan) -> None:
    x = np.random.default_rng(0).uniform(0, 100, 400).round(3)
    noise = np.random.default_rng(1).uniform(0, 30, 400)
    file = write(tmp_path / "t.csv", euros=x, weight=(x + noise).round(3), dollars=(1.1 * x).round(3))

    assert found(file, target="dollars")["target_leak"].names == ("euros",)


def test_repeated_rows_are_copies_leaks_or_contradictions(values: np.ndarray, tmp_path: Path, found: Scan) -> None:
    table = np.concatenate([values, values[:30], values[-1:]])
    side = [*sides(values), *sides(values)[:30], "up" if sides(values)[-1] == "down" else "down"]
    findings = found(write(tmp_path / "t.csv", x=table[:, 0], y=table[:, 1], side=side), target="side")

    assert set(findings["conflicting_labels"].names) == {"row 80", "row 111"}
    copies, leaks = findings["exact_duplicates"], findings["data_leak"]
    assert len(copies.groups) + len(leaks.groups) >= 30
    assert leaks.severity == "error"
    assert all(len(group) == 2 for group in copies.groups)


def test_a_table_of_few_categories_repeats_itself_and_that_is_only_noted(tmp_path: Path, found: Scan) -> None:
    generator = np.random.default_rng(0)
    words = {name: generator.choice(["a", "b"], 60).tolist() for name in ("x", "y", "side")}
    findings = found(write(tmp_path / "t.csv", **words), target="side")

    assert findings["data_leak"].severity == "note" if "data_leak" in findings else True
    assert findings["conflicting_labels"].severity == "error"
