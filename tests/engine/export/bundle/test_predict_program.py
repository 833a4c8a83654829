"""The bundle's predict.py: short, and to the digit what Downslope itself answers for the same files."""

import csv
import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from bad_files import encoded, write
from odd_files import ODD
from onnx import TensorProto, helper
from PIL import Image
from scenes import scene

from desktop_app.inference.metadata import Calibration, Metadata, Pixels, Resize
from desktop_app.inference.onnx_session import OnnxModel
from desktop_app.inference.prediction import predict_paths
from desktop_app.reading.pictures import fit_picture, read_picture
from desktop_app.reading.resources import resource_file


@pytest.mark.parametrize("name", ["predict_pictures.py", "predict_table.py", "cells.py", "check.py"])
def test_each_program_has_fewer_than_100_lines_and_knows_nothing_of_downslopes_code(name):
    text = resource_file(f"bundle/{name}").read_text(encoding="utf-8")

    assert len(text.splitlines()) < 100
    assert "desktop_app" not in text
    assert "torch" not in text


def ordinary_pictures(folder: Path) -> list[Path]:
    """Write pictures of all the kinds that cameras and programs make."""
    folder.mkdir()
    photo = scene(3)
    notes = Image.Exif()
    made = []
    for turn in range(1, 9):
        notes[0x0112] = turn
        made.append(write(folder, f"turned {turn}.jpg", encoded("JPEG", photo, exif=notes)))
    transparent = photo.convert("RGBA")
    transparent.putalpha(Image.linear_gradient("L").resize(photo.size))
    grey16 = Image.fromarray(np.arange(64 * 48, dtype=np.uint16).reshape(48, 64) * 20)
    for name, image in {
        "grey.png": photo.convert("L"),
        "grey.jpg": photo.convert("L"),
        "transparent.png": transparent,
        "grey and transparent.png": transparent.convert("LA"),
        "palette.png": photo.convert("P"),
        "sixteen bits.png": grey16,
        "tall.png": photo.resize((31, 400)),
        "small.png": photo.resize((5, 4)),
        "print.jpg": photo.convert("CMYK"),
        "film.gif": photo.convert("P"),
        "modern.webp": photo,
        "plain.bmp": photo,
    }.items():
        made.append(write(folder, name, encoded({"jpg": "JPEG"}.get(name[-3:], Path(name).suffix[1:].upper()), image)))
    palette = photo.convert("P")
    made.append(write(folder, "palette and transparent.png", encoded("PNG", palette, transparency=bytes(range(256)))))
    return made


def test_pictures_of_all_ordinary_kinds_get_downslopes_answers(bundled, run_program, tmp_path):
    folder = bundled("pictures").bundle.folder
    files = ordinary_pictures(tmp_path / "given")

    ran = run_program(folder, tmp_path / "given")

    assert (ran.status, ran.err) == (0, "")
    model = OnnxModel.open(folder / "model.onnx", "cpu")
    wanted = {each.input: each for each in predict_paths(model, [tmp_path / "given"])}
    assert {row["file"] for row in ran.rows} == set(wanted) == set(map(str, files))
    for row in ran.rows:
        assert row["label"] == wanted[row["file"]].label
        np.testing.assert_allclose(row["probabilities"], wanted[row["file"]].probabilities, rtol=0, atol=1e-6)


def test_lines_are_a_table_and_a_broken_picture_costs_one_of_them(bundled, run_program, tmp_path):
    folder = bundled("pictures").bundle.folder
    good = write(tmp_path, "good.png", encoded("PNG", scene(1)))
    cut = write(tmp_path, "cut.jpg", encoded("JPEG", scene(2))[:900])
    text = write(tmp_path, "text.png", b"not a picture")

    ran = run_program(folder, cut, good, tmp_path / "nowhere.png", text)
    to_file = run_program(folder, cut, good, tmp_path / "nowhere.png", text, "--csv", tmp_path / "lines.csv")

    assert ran.status == 0
    lines = list(csv.DictReader(io.StringIO(ran.out)))
    assert [line["file"] for line in lines] == [str(cut), str(good), str(tmp_path / "nowhere.png"), str(text)]
    assert list(lines[0]) == ["file", "label", "probability", "not sure", "problem"]
    assert [bool(line["problem"]) for line in lines] == [True, False, True, True]
    (expected,) = predict_paths(OnnxModel.open(folder / "model.onnx", "cpu"), [good])
    assert lines[1]["not sure"] == str(expected.unsure)
    assert float(lines[1]["probability"]) == pytest.approx(max(ran.rows[1]["probabilities"]), abs=1e-6)
    assert (to_file.status, to_file.out) == (0, "")
    assert (tmp_path / "lines.csv").read_text(encoding="utf-8") == ran.out


@pytest.mark.parametrize("kind", ["pictures", "table", "number"])
def test_the_check_passes_here_and_fails_where_the_expected_answer_is_another(kind, bundled, run_program, tmp_path):
    made = bundled(kind)
    folder = tmp_path / "copied"
    shutil.copytree(made.bundle.folder, folder)

    assert run_program(folder, program="check.py").status == 0

    expected = json.loads((folder / "sample" / "expected.json").read_text(encoding="utf-8"))
    if kind == "number":
        expected["value"] += 1.0
    else:
        expected["probabilities"][0] += 0.1
    (folder / "sample" / "expected.json").write_text(json.dumps(expected), encoding="utf-8")
    ran = run_program(folder, program="check.py")
    assert ran.status == 1
    assert ran.err.startswith("NOT as expected")


@pytest.mark.parametrize("kind", ["pictures", "table"])
def test_the_sample_is_one_that_the_model_gets_right_with_downslopes_own_answer(kind, bundled):
    folder = bundled(kind).bundle.folder
    expected = json.loads((folder / "sample" / "expected.json").read_text(encoding="utf-8"))

    (answer,) = predict_paths(OnnxModel.open(folder / "model.onnx", "cpu"), [folder / "sample" / expected["file"]])

    assert expected["label"] == expected["truth"] == answer.label
    assert expected["probabilities"] == list(answer.probabilities)
    assert expected["labels"] == list(answer.labels)
    assert expected["probability"] > 0.5


@pytest.mark.skipif(os.name == "nt", reason="names are text on Windows")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes among the files of this system")
def test_what_is_no_ordinary_file_is_not_waited_for(bundled, run_program, tmp_path):
    folder = bundled("pictures").bundle.folder
    given = tmp_path / "given"
    given.mkdir()
    os.mkfifo(given / "a pipe.jpg")
    (given / "endless.jpg").symlink_to("/dev/zero")
    write(given, "good.png", encoded("PNG", scene(1)))

    ran = run_program(folder, given)

    assert ran.status == 0
    problems = [row.get("problem") for row in ran.rows]
    assert problems == ["There is no such file, or it is not an ordinary one"] * 2 + [None]


def test_a_file_whose_name_is_no_text_is_answered_and_written_as_far_as_it_is(bundled, run_program, tmp_path):
    picture = ODD["right_picture_whose_name_is_not_utf8"](tmp_path)

    ran = run_program(bundled("pictures").bundle.folder, tmp_path)

    assert ran.status == 0, ran.err
    assert [row["file"] for row in ran.rows] == [str(picture)]
    assert "caf\\udce9.png" in ran.out


def test_a_table_that_is_missing_costs_one_line_and_old_encodings_are_read(bundled, run_program, tmp_path):
    old = write(
        tmp_path, "old.csv", "amount,colour,code,bought,größe\n1,red,001,2020-01-01 10:00,x\n".encode("latin-1")
    )
    empty = write(tmp_path, "empty.csv", b"")

    ran = run_program(bundled("table").bundle.folder, tmp_path / "nowhere.csv", empty, old)

    assert (ran.status, ran.err) == (0, "")
    assert [row["file"] for row in ran.rows] == [str(tmp_path / "nowhere.csv"), f"{old}: row 1"]
    assert "No such file" in ran.rows[0]["problem"]
    assert ran.rows[1]["label"] in ("bad", "good")


def test_rows_of_a_table_get_downslopes_answers_and_a_broken_row_costs_one_line(bundled, run_program, tmp_path):
    made = bundled("table")
    folder = made.bundle.folder
    table = Path(made.run.experiment.data.path)
    broken = write(
        tmp_path, "broken.csv", b"bought;colour;amount;code\n2020-02-30;red;1,5;001\n2020-02-03;red;1,5;001\n"
    )

    ran = run_program(folder, table, broken)

    assert (ran.status, ran.err) == (0, "")
    wanted = list(predict_paths(OnnxModel.open(folder / "model.onnx", "cpu"), [table]))
    assert [row["file"] for row in ran.rows] == [
        *(each.input for each in wanted),
        f"{broken}: row 1",
        f"{broken}: row 2",
    ]
    for row, answer in zip(ran.rows, wanted, strict=False):
        assert row["label"] == answer.label
        np.testing.assert_allclose(row["probabilities"], answer.probabilities, rtol=0, atol=1e-6)
    assert 'has "2020-02-30" in the column "bought", where a date as 2024-12-31 is needed' in ran.rows[-2]["problem"]
    assert "problem" not in ran.rows[-1]


def test_numbers_are_predicted_as_downslope_does(bundled, run_program):
    made = bundled("number")
    table = Path(made.run.experiment.data.path)

    ran = run_program(made.bundle.folder, table)

    wanted = list(predict_paths(OnnxModel.open(made.bundle.folder / "model.onnx", "cpu"), [table]))
    np.testing.assert_allclose([row["value"] for row in ran.rows], [each.value for each in wanted], rtol=1e-6)
    assert ran.out.splitlines()[0] == "file,value,problem"


@pytest.mark.parametrize("options", ["any size", "for a pipeline"])
def test_files_exported_with_other_options_get_downslopes_answers(options, bundled_otherwise, run_program, tmp_path):
    folder = bundled_otherwise(options).bundle.folder
    ordinary_pictures(tmp_path / "given")

    ran = run_program(folder, tmp_path / "given")

    wanted = {
        each.input: each for each in predict_paths(OnnxModel.open(folder / "model.onnx", "cpu"), [tmp_path / "given"])
    }
    assert len(ran.rows) == len(wanted) > 20
    for row in ran.rows:
        right = wanted[row["file"]]
        np.testing.assert_allclose(row["probabilities"], right.probabilities, rtol=0, atol=1e-6)
        assert row["not sure"] == right.unsure


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize("rule", ["crop", "stretch", "pad"])
def test_models_made_with_other_options_are_given_what_they_ask_for(
    inside, layout, rule, bundled, run_program, tmp_path
):
    """A model of nothing but sums and products, whose answer can be worked out by hand from the values it is given."""
    pixels = Pixels(layout, "float32", (0.1, 0.2, 0.3), (0.5, 0.6, 0.7))
    resize = Resize((20, 30), rule, "bilinear", inside)
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "predict.py").write_bytes((bundled("pictures").bundle.folder / "predict.py").read_bytes())
    _write_sums_model(folder / "model.onnx", resize, pixels)
    picture = write(tmp_path, "picture.png", encoded("PNG", scene(5)))

    ran = run_program(folder, picture)

    read = read_picture(picture)
    seen = np.asarray(read) if inside else fit_picture(read, resize.size, rule, "bilinear")
    sums = ((seen / 255 - pixels.mean) / pixels.std).mean(axis=(0, 1))
    likely = np.exp(3 * sums) / np.exp(3 * sums).sum()
    (row,) = ran.rows
    np.testing.assert_allclose(row["probabilities"], likely, atol=1e-5)
    assert row["not sure"] == bool(likely.max() < 0.9)


def _write_sums_model(path: Path, resize: Resize, pixels: Pixels) -> None:
    """Write a model that gives three times each channel's mean as logits, and check that it is one."""
    sides = [None, None] if resize.inside else list(resize.size)
    shape = ["batch", *sides, 3] if pixels.layout == "nhwc" else ["batch", 3, *sides]
    axes = [1, 2] if pixels.layout == "nhwc" else [2, 3]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0),
            helper.make_node("Mul", ["mean", "three"], ["logits"]),
        ],
        "sums",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
        [
            helper.make_tensor("axes", TensorProto.INT64, [2], axes),
            helper.make_tensor("three", TensorProto.FLOAT, [], [3.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    metadata = Metadata(("a", "b", "c"), resize=resize, pixels=pixels, calibration=Calibration(1.0, 0.9))
    for key, value in metadata.to_props().items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
