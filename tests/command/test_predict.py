"""Predict on the command line: any classifier, files that are written as rows come, folders, and what comes later."""

import csv
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from desktop_app.inference.metadata import Calibration, Metadata, Resize
from desktop_app.inference.providers import CUDA, cuda_devices

COLOURS = ("red", "green", "blue")


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of picture models: the softmax of the mean colour, or, as others write them, the mean alone."""

    def make(metadata: Metadata | None = None) -> Path:
        ours = metadata is not None
        shape = ["batch", 8, 8, 3] if ours else [1, 3, 8, 8]
        given, answer = ("image", "probabilities") if ours else ("input.1", "467")
        graph = helper.make_graph(
            [
                helper.make_node("Cast", [given], ["float"], to=TensorProto.FLOAT),
                helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
                helper.make_node("Softmax" if ours else "Identity", ["mean"], [answer]),
            ],
            "graph",
            [helper.make_tensor_value_info(given, TensorProto.UINT8 if ours else TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(answer, TensorProto.FLOAT, [shape[0], 3])],
            initializer=[numpy_helper.from_array(np.array([1, 2] if ours else [2, 3], dtype=np.int64), "axes")],
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        helper.set_model_props(made, metadata.to_props() if ours else {})
        path = tmp_path / ("ours.onnx" if ours else "foreign.onnx")
        onnx.save(made, path)
        return path

    return make


@pytest.fixture
def ours(make_model: Callable[..., Path]) -> Path:
    """Return a model that is sure of full colours alone."""
    return make_model(Metadata(COLOURS, resize=Resize((8, 8), "stretch"), calibration=Calibration(not_sure=0.9)))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder with a picture of each colour, a grey one, and a broken one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in {"a": "red", "b": "lime", "c": "blue", "d": (90, 90, 90)}.items():
        Image.new("RGB", (20, 10), colour).save(folder / f"{name}.png")
    (folder / "e.png").touch()
    return folder


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_predictions_go_to_the_screen_a_csv_a_json_file_and_folders_at_once(
    downslope: Callable[..., Any], ours: Path, photos: Path, tmp_path: Path
) -> None:
    files = {"--csv": tmp_path / "out.csv", "--json-file": tmp_path / "out.json", "--sort-into": tmp_path / "sorted"}
    said = downslope("predict", ours, photos, *(part for pair in files.items() for part in pair))

    assert said.status == 0
    assert said.sentence == f"{photos / 'e.png'}: is empty (0 bytes)"
    lines = [line.split("\t") for line in said.out.splitlines()]
    assert [line[1:] for line in lines] == [
        ["red", "1.000"], ["green", "1.000"], ["blue", "1.000"], ["red", "0.333", "not sure"],
    ]  # fmt: skip
    header, *rows = rows_of(files["--csv"])
    assert header == ["input", "label", "probability", "unsure", "problem"]
    assert [(row[1], row[3]) for row in rows] == [
        ("red", "false"), ("green", "false"), ("blue", "false"), ("red", "true"), ("", ""),
    ]  # fmt: skip
    written = json.loads(files["--json-file"].read_text())["predictions"]
    assert [row["label"] for row in written] == ["red", "green", "blue", "red", None]
    assert sum(written[3]["probabilities"].values()) == pytest.approx(1)
    found = sorted(str(path.relative_to(tmp_path / "sorted")) for path in (tmp_path / "sorted").rglob("*.png"))
    assert found == ["blue/c.png", "green/b.png", "not sure/0.333 d.png", "red/a.png"]


def test_the_json_says_what_ran_who_is_unsure_and_what_was_copied(
    downslope: Callable[..., Any], ours: Path, photos: Path, tmp_path: Path
) -> None:
    said = downslope("predict", ours, photos, "--json", "--provider", "cpu", "--sort-into", tmp_path / "sorted").json

    assert (said["provider"], said["fallback"]) == ("CPUExecutionProvider", "")
    assert [row.get("unsure") for row in said["predictions"]] == [False, False, False, True, None]
    assert said["predictions"][4] == {
        "input": str(photos / "e.png"), "label": None, "probability": None, "problem": "is empty (0 bytes)",
    }  # fmt: skip
    assert said["sorted"] == {
        "by_label": {"red": 1, "green": 1, "blue": 1},
        "unsure": 1,
        "left_out": [{"input": str(photos / "e.png"), "problem": "is empty (0 bytes)"}],
    }


@pytest.mark.skipif(
    CUDA not in onnxruntime.get_available_providers() or cuda_devices() > 0,
    reason="needs ONNX Runtime built for CUDA on a machine without a device",
)
def test_a_fall_back_is_one_line_with_its_reason_and_stands_in_the_json(
    start: Callable[..., Any], ours: Path, photos: Path
) -> None:
    said = start("predict", ours, photos / "a.png", "--provider", "cuda", "--json").wait()

    assert said.status == 0
    assert said.sentence == said.json["fallback"]
    assert said.sentence.startswith("CUDA was asked for but does not work here: the NVIDIA driver")
    assert said.json["provider"] == "CPUExecutionProvider"


def test_a_model_of_others_predicts_once_it_is_described(
    downslope: Callable[..., Any], make_model: Callable[..., Path], photos: Path, tmp_path: Path
) -> None:
    foreign = make_model()
    unknown = downslope("predict", foreign, photos)
    assert (unknown.status, unknown.out) == (1, "")
    assert "Give them with --labels" in unknown.sentence

    said = downslope(
        "predict", foreign, photos, "--labels", "red,green,blue", "--rule", "pad", "--size", "8x8", "--json"
    )
    assert [row["label"] for row in said.json["predictions"]] == [*COLOURS, "red", None]
    assert "is given pixels from 0 to 1; --mean and --std say otherwise" in said.err.splitlines()[0]

    (tmp_path / "foreign.json").write_text('{"labels": ["r", "g", "b"], "pixels": {"std": [0.2, 0.2, 0.2]}}')
    said = downslope("predict", foreign, photos / "b.png", "--mean", "0.5", "--json")
    assert [row["label"] for row in said.json["predictions"]] == ["g"]
    assert said.err == ""
    expected = np.exp(np.array([-0.5, 0.5, -0.5]) / 0.2)
    assert said.json["predictions"][0]["probability"] == pytest.approx(float(expected[1] / expected.sum()), abs=1e-5)


def test_labels_of_others_may_come_from_a_file_and_must_fit(
    downslope: Callable[..., Any], make_model: Callable[..., Path], photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "labels.txt").write_text("rot\ngrün\nblau\n", encoding="utf-8")
    said = downslope(
        "predict", make_model(), photos / "b.png", "--labels", tmp_path / "labels.txt", "--std", "1", "--json"
    )
    assert said.json["predictions"][0]["label"] == "grün"
    for options, words in {
        ("--labels", "a,b"): "has 2 labels for 3 outputs",
        ("--labels", "a,b,c", "--rule", "pad"): "--rule needs --size",
        ("--labels", "a,b,c", "--size", "16"): "takes pictures of 8 x 8 x 3, but",
        ("--size", "8"): "does not say what its outputs mean",
        ("--labels", tmp_path / "gone.txt"): "There is no file of labels",
    }.items():
        refused = downslope("predict", make_model(), photos, *options)
        assert refused.status == 1
        assert words in refused.sentence


@pytest.mark.parametrize(
    "options",
    [
        ("--provider", "gpu"), ("--batch-size", "0"), ("--threads", "-1"), ("--size", "8x"), ("--size", "0"),
        ("--mean", "1,2"), ("--mean", "nan"), ("--std", "0"), ("--rule", "squash"), ("--layout", "hwc"),
        ("--size", "9" * 5000), ("--batch-size", "x"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_options_that_make_no_sense_have_status_2(
    downslope: Callable[..., Any], ours: Path, photos: Path, options: tuple[str, str]
) -> None:
    said = downslope("predict", ours, photos, *options)

    assert said.status == 2
    assert options[0] in said.sentence


def test_one_at_a_time_gives_the_same_answers(downslope: Callable[..., Any], ours: Path, photos: Path) -> None:
    together = downslope("predict", ours, photos, "--json", "--threads", "1").json["predictions"]
    alone = downslope("predict", ours, photos, "--json", "--latency").json["predictions"]
    assert alone == together


def test_a_hostile_file_is_one_sentence(downslope: Callable[..., Any], ours: Path, photos: Path) -> None:
    model = onnx.load(ours)
    model.graph.initializer.append(TensorProto(name="w", data_type=1, dims=[10**9]))
    onnx.save(model, ours)

    said = downslope("predict", ours, photos, "--json")

    assert (said.status, said.out) == (1, "")
    assert 'announces 1000000000 numbers for the tensor "w", but holds only 0' in said.sentence


def test_pictures_that_come_later_are_predicted_until_ctrl_c_which_keeps_the_table(
    start: Callable[..., Any], ours: Path, photos: Path, tmp_path: Path
) -> None:
    table, kept = tmp_path / "out.csv", tmp_path / "sorted"
    child = start("predict", ours, photos, "--watch", "--csv", table, "--sort-into", kept, "--json")
    child.wait_until(lambda: table.exists() and len(rows_of(table)) == 5)
    Image.new("RGB", (9, 9), "blue").save(photos / "later.png")
    child.wait_until(lambda: len(rows_of(table)) == 6)
    child.signal(signal.SIGINT)
    said = child.wait()

    assert said.status == 130
    assert said.err.splitlines()[-1] == "Interrupted."
    # The empty one may be about to be written.
    names = [Path(row[0]).name for row in rows_of(table)[1:]]
    assert names == ["a.png", "b.png", "c.png", "d.png", "later.png"]
    assert (kept / "blue" / "later.png").exists()
    assert len(said.json["predictions"]) == 5


def test_ctrl_c_in_the_middle_keeps_what_was_predicted_and_says_so(
    start: Callable[..., Any], ours: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    Image.new("RGB", (2000, 2000), "red").save(folder / "0000.png")
    for place in range(1, 3000):
        (folder / f"{place:04}.png").hardlink_to(folder / "0000.png")
    beside = tmp_path / "out.csv"
    child = start("predict", ours, folder, "--csv", beside, "--batch-size", "4")
    printed = child._folder / "stdout"
    child.wait_until(lambda: printed.exists() and b"\t" in printed.read_bytes())
    child.signal(signal.SIGINT)
    said = child.wait()

    assert said.status == 130
    kept, ended = said.err.splitlines()
    count = len(rows_of(beside)) - 1
    assert 0 < count < 3000
    assert kept == f"The first {count:,} predictions are kept in {beside}."
    assert ended == "Interrupted."
    assert not list(tmp_path.glob(".out.csv*"))


def test_copies_into_a_watched_folder_and_watching_nothing_are_refused(
    downslope: Callable[..., Any], ours: Path, photos: Path
) -> None:
    inside = downslope("predict", ours, photos, "--watch", "--sort-into", photos / "sorted")
    assert inside.status == 1
    assert "lies in the watched folder" in inside.sentence
    nothing = downslope("predict", ours, photos / "a.png", "--watch")
    assert nothing.status == 1
    assert "There is no folder to watch" in nothing.sentence
