"""More than sixty kinds of bad file go through scan, train and predict: one line each, no traceback, nothing hangs.

The kinds are the functions of ``tests/helpers/bad_files.py``: files cut short in each format, pixel bombs in each,
other kinds of file under a picture's name, broken checksums, directories and profiles, links, pipes and devices, files
that may not be read, and names that are hard to write down. Those of ``odd_files.py`` look as bad and are read all
the same.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bad_files
import numpy as np
import onnx
import pytest
from odd_files import ODD
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="links, pipes and such names need Unix"),
    # What Pillow says beside its errors goes to the log.
    pytest.mark.filterwarnings("ignore:(Corrupt EXIF|Truncated File|Metadata Warning):UserWarning"),
]
NOT_AS_ROOT = {"without_permission"}
# As a suffix says what cannot be read before it is opened, these are found by ``image_folder`` and not by the decoder.
FOUND_BY_NAME = {"raw_photo_by_its_suffix"}


def kinds(of: dict[str, bad_files.Maker]) -> list[Any]:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    skip = pytest.mark.skipif(as_root, reason="root may read everything")
    return [pytest.param(make, id=name, marks=[skip] * (name in NOT_AS_ROOT)) for name, make in of.items()]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of two classes with three pictures each."""
    for number, name in enumerate(("cat", "dog")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for place in range(3):
            colour = (200 * number, 40 * place, 90)
            Image.new("RGB", (16, 16), colour).save(tmp_path / "photos" / name / f"good {place}.png")
    return tmp_path / "photos"


@pytest.fixture
def experiment(write_experiment: Callable[..., Path], photos: Path) -> Callable[[str], Path]:
    """Return what writes an experiment on the photos, with what unreadable ones do."""

    def write(unreadable: str) -> Path:
        data = {"source": "image_folder", "path": str(photos), "unreadable": unreadable, "validation": 0.34}
        return write_experiment(
            data=data,
            model={"kind": "cnn", "layers": [2]},
            training={"epochs": 1, "batch_size": 2, "threads": 1},
        )

    return write


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a picture model for ``predict``: the softmax of a picture's mean colour."""
    from desktop_app.inference.metadata import Metadata, Resize

    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
            helper.make_node("Softmax", ["mean"], ["probabilities"], axis=-1),
        ],
        "graph",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["batch", 8, 8, 3])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 3])],
        initializer=[numpy_helper.from_array(np.array([1, 2], dtype=np.int64), "axes")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(made, Metadata(("red", "green", "blue"), resize=Resize((8, 8), "stretch")).to_props())
    path = tmp_path_factory.mktemp("model") / "colours.onnx"
    onnx.save(made, path)
    return path


@pytest.mark.parametrize("make", kinds(bad_files.BAD))
def test_a_bad_file_costs_one_line_in_scan_and_predict(
    downslope: Callable[..., Any], experiment: Callable[[str], Path], photos: Path, model: Path, make: bad_files.Maker
) -> None:
    path = make(photos / "cat")

    scanned = downslope("scan", experiment("fail"), "--json")
    predicted = downslope("predict", model, path, photos / "dog", "--json")

    assert scanned.status == 0
    (problem,) = scanned.json["problems"]
    assert problem["path"] == str(path)
    row, *others = predicted.json["predictions"]
    assert (row["input"], row["label"], len(others)) == (str(path), None, 3)
    assert row["problem"].split()[0] in ("is", "has", "does", "cannot", "may")
    assert all(other["label"] for other in others)
    for said in (scanned, predicted):
        assert "Traceback" not in said.err


@pytest.mark.parametrize("make", kinds(bad_files.BAD))
def test_training_names_the_bad_file_in_one_sentence(
    downslope: Callable[..., Any],
    experiment: Callable[[str], Path],
    photos: Path,
    tmp_path: Path,
    make: bad_files.Maker,
) -> None:
    make(photos / "cat")

    refused = downslope("train", experiment("fail"), "--out", tmp_path / "runs")

    assert refused.status == 1
    assert 'data.unreadable = "skip"' in refused.sentence
    assert not list((tmp_path / "runs").glob("*/best.ckpt"))


def test_training_goes_on_without_them_and_predict_gives_each_a_row(
    downslope: Callable[..., Any], experiment: Callable[[str], Path], photos: Path, model: Path, tmp_path: Path
) -> None:
    made = set()
    for name, make in bad_files.BAD.items():
        if name not in NOT_AS_ROOT:
            (photos / "cat" / name).mkdir()
            made.add(str(make(photos / "cat" / name)))

    trained = downslope("train", experiment("skip"), "--out", tmp_path / "runs", "--json")
    scanned = downslope("scan", experiment("skip"), "--json")
    predicted = downslope("predict", model, photos, "--json", "--csv", tmp_path / "answers.csv")

    assert (trained.status, trained.json["status"]) == (0, "finished")
    assert "Traceback" not in trained.err + scanned.err + predicted.err
    assert scanned.status == 0
    assert len(scanned.json["problems"]) == len(made)
    rows = predicted.json["predictions"]
    by_suffix = {path for path in made if path.endswith(".NEF")}  # not looked for in a folder
    assert {row["input"] for row in rows if row["label"] is None} == made - by_suffix
    assert len(rows) == len(made - by_suffix) + 6


def test_what_only_looks_bad_is_learned_from(
    downslope: Callable[..., Any], experiment: Callable[[str], Path], photos: Path, model: Path, tmp_path: Path
) -> None:
    for name, make in ODD.items():
        (photos / "dog" / name).mkdir()
        make(photos / "dog" / name)

    scanned = downslope("scan", experiment("fail"), "--json")
    trained = downslope("train", experiment("fail"), "--out", tmp_path / "runs", "--json")
    predicted = downslope("predict", model, photos, "--json")

    assert scanned.json["problems"] == []
    assert trained.status == 0, trained.err
    assert all(row["label"] for row in predicted.json["predictions"])
    assert len(predicted.json["predictions"]) == 6 + len(ODD)


def test_there_are_more_than_forty_kinds() -> None:
    assert len(bad_files.BAD) >= 60
