"""Tables as people have them: each is trained, evaluated and predicted, or refused in one sentence."""

from pathlib import Path

import polars as pl
import pytest

ROWS = 24
MODEL = {"kind": "mlp", "layers": [4]}
TRAINING = {"epochs": 1, "threads": 1}


def text(content: str | bytes):
    def write(folder: Path) -> Path:
        (folder / "table.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / "table.csv"

    return write


def parquet(columns: dict):
    def write(folder: Path) -> Path:
        pl.DataFrame(columns, strict=False).write_parquet(folder / "table.parquet")
        return folder / "table.parquet"

    return write


def lines(head: str, make, end: str = "\n") -> str:
    return end.join([head, *(make(row) for row in range(ROWS))]) + end


SIDES = ["left", "right"] * (ROWS // 2)
GOOD = {
    "semicolons and decimal commas": text(lines("a;side", lambda row: f"{row},5;{SIDES[row]}")),
    "commas for thousands": text(lines("a,side", lambda row: f'"{row + 1},000",{SIDES[row]}')),
    "mark and quoted line ends": text("\ufeff" + lines("a,b,side", lambda row: f'{row},"x\n{row % 3}",{SIDES[row]}')),
    "words for missing and infinite": text(
        lines("a,side", lambda row: f"{['NaN', 'inf', '-Infinity', '', '7', '8.5'][row % 6]},{SIDES[row]}")
    ),
    "an empty column": text(lines("a,b,side", lambda row: f"{row},,{SIDES[row]}")),
    "day first": text(lines("day,side", lambda row: f"{row + 1:02}/03/2024,{SIDES[row]}")),
    "month first with times": text(lines("at,side", lambda row: f"3/{row + 1}/2024 {row % 12 + 1}:30 PM,{SIDES[row]}")),
    "Parquet dates and lists": parquet(
        {"day": pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 1, 24), eager=True), "l": [[1]] * ROWS, "side": SIDES}
    ),
}
BAD = {
    "no bytes": (text(""), "is empty"),
    "a heading alone": (text("a,side\n"), "no rows"),
    "one row": (text("a,side\n1,left\n"), "two different values"),
    "one name twice": (text("a,a,side\n1,2,left\n"), 'two columns named "a"'),
    "nothing but missing": (text(lines("a,b,side", lambda row: f",,{SIDES[row]}")), "has no column that"),
    "lists alone": (parquet({"a": [[1]] * ROWS, "side": SIDES}), "has no column that"),
    "unclear dates alone": (text(lines("d,side", lambda row: f"{row % 9 + 1}/2/2024,{SIDES[row]}")), "has no column"),
    "records to predict": (parquet({"a": range(ROWS), "side": [{"x": 1}] * ROWS}), "neither numbers nor texts"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_table_is_scanned_trained_and_gives_the_same_answers_as_onnx(name, downslope, write_experiment, tmp_path):
    table = GOOD[name](tmp_path)
    data = {"source": "table", "path": table.name, "target": "side"}
    experiment = write_experiment(data=data, model=MODEL, training=TRAINING)
    assert downslope("scan", experiment, "--json").json["rows"] == ROWS
    run = downslope("train", experiment, "--json", "--out", tmp_path / "runs").json["run"]
    exported = downslope("export", run, "--json").json
    assert exported["parity"]["passed"]
    predicted = downslope("predict", exported["onnx"], table, "--json").json["predictions"]
    assert len(predicted) == ROWS
    assert {row["label"] for row in predicted} <= {"left", "right"}
    judged = downslope("evaluate", run, "--data", table, "--json").json
    right = sum(row["label"] == side for row, side in zip(predicted, SIDES, strict=True))
    assert judged["accuracy"] == pytest.approx(right / ROWS)


@pytest.mark.parametrize("name", BAD)
def test_a_table_that_cannot_be_learned_from_is_refused_in_one_sentence(name, downslope, write_experiment, tmp_path):
    make, words = BAD[name]
    data = {"source": "table", "path": make(tmp_path).name, "target": "side"}
    experiment = write_experiment(data=data, model=MODEL, training=TRAINING)
    for command in (("scan",), ("train", "--out", tmp_path / "runs")):
        said = downslope(*command, experiment)
        assert said.status in (1, 2)
        assert words in said.sentence


def test_two_thousand_columns_are_read_and_named_shortly_where_one_is_missing(downslope, write_experiment, tmp_path):
    names = [f"c{place}" for place in range(2000)]
    rows = [",".join([str((row * place) % 7) for place in range(2000)]) for row in range(1, 9)]
    (tmp_path / "wide.csv").write_text("\n".join([",".join(names), *rows]) + "\n")
    data = {"source": "table", "path": "wide.csv", "target": "nothing"}
    said = downslope("scan", write_experiment(data=data, model=MODEL, training=TRAINING))
    assert "and 1980 more" in said.sentence
    assert len(said.sentence) < 500
    data["target"] = "c1"
    assert downslope("scan", write_experiment(data=data, model=MODEL, training=TRAINING), "--json").json["rows"] == 8


def test_a_regression_reports_its_mean_error_an_epoch_and_its_metrics_at_the_end(downslope, write_experiment, tmp_path):
    from desktop_app import Run

    (tmp_path / "table.csv").write_text(lines("a,y", lambda row: f"{row},{row * 100 + 0.5}"))
    data = {"source": "table", "path": "table.csv", "target": "y"}
    experiment = write_experiment(data=data, model=MODEL, training={**TRAINING, "epochs": 2})
    run = downslope("train", experiment, "--json", "--out", tmp_path / "runs").json["run"]
    steps, errors = Run.open(run).series("val_mae")
    assert len(steps) == 2
    judged = downslope("evaluate", run, "--json").json
    best = Run.open(run).result["best"]
    assert judged["mean_absolute_error"] == pytest.approx(best["val_mae"], rel=1e-4)
    assert best["val_mae"] in errors.tolist()
    assert judged["root_mean_squared_error"] >= judged["mean_absolute_error"]
    assert judged["r2"] is not None
