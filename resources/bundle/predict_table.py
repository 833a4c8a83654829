"""Predict the rows of tables, a line each: python predict.py TABLE.csv... [--csv FILE] [--json FILE]

Needs what requirements.txt names, cells.py, and model.onnx beside this file, which knows its labels and columns.
"""

import argparse
import csv
import io
import json
import re
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import onnxruntime
from cells import values

HERE = Path(__file__).resolve().parent
SESSION = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
ENTRIES = SESSION.get_modelmeta().custom_metadata_map
LABELS = json.loads(ENTRIES["downslope.labels"])
COLUMNS = json.loads(ENTRIES["downslope.columns"])
NOT_SURE = json.loads(ENTRIES.get("downslope.calibration", "{}")).get("not_sure", 0.0)


def predict(name, cells, comma):
    """Return one row's answer, or the problem with it."""
    try:
        given = np.array([values(cells, comma, **COLUMNS)], dtype=np.float32)
        answer = SESSION.run(None, {SESSION.get_inputs()[0].name: given})[0][0].astype(np.float64)
    except ValueError as error:
        return {"file": name, "problem": str(error)}
    if not LABELS:
        return {"file": name, "value": float(answer[0])}
    if SESSION.get_outputs()[0].name == "logits":
        answer = np.exp(answer - np.logaddexp.reduce(answer))
    best = int(answer.argmax())
    row = {"file": name, "label": LABELS[best], "probability": round(float(answer[best]), 6)}
    return row | {"not sure": bool(answer[best] < NOT_SURE), "probabilities": answer.tolist()}


def read(path):
    """Return a table's text: UTF-8, or what old programs write."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def rows(paths):
    """Yield the rows of the tables, whose cells are apart by what their first line has most of."""
    for path in paths:
        try:
            text = read(path)
        except OSError as error:
            yield {"file": str(path), "problem": str(error)}
            continue
        separator = max(",;\t", key=re.sub(r'"[^"]*"', "", text.partition("\n")[0]).count)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        header = [name.strip() for name in next(lines, [])]
        for place, cells in enumerate(filter(any, lines), start=1):
            named = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            yield predict(f"{path}: row {place}", named, "" if separator == "," else ".")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Predict the rows of tables.")
    parser.add_argument("paths", nargs="+", type=Path, help="tables as .csv or .tsv")
    parser.add_argument("--csv", metavar="FILE", help="write the lines there")
    parser.add_argument("--json", metavar="FILE", help="write the same with all probabilities")
    asked = parser.parse_args()
    found, columns = [], ["file", *(["label", "probability", "not sure"] if LABELS else ["value"]), "problem"]
    with open(asked.csv, "w", newline="") if asked.csv else nullcontext(sys.stdout) as out:
        out.reconfigure(encoding="utf-8", errors="backslashreplace")  # a file's name need not be text
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for row in rows(asked.paths):
            writer.writerow(row)
            found += [row] if asked.json else []
    if asked.json:
        Path(asked.json).write_text(json.dumps(found, indent=1), encoding="utf-8")
