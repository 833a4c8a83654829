"""Where models are written until they are good."""

import contextlib
import os
import subprocess
import sys

import pytest

from desktop_app.engine.export.beside import check_place, written_beside
from desktop_app.errors import ExportError


def test_a_file_takes_its_place_when_it_is_good_and_leaves_nothing_else(tmp_path):
    place = tmp_path / "new" / "model.onnx"
    with written_beside(place) as beside:
        beside.write_bytes(b"good")
        assert not place.exists()

    assert place.read_bytes() == b"good"
    assert os.listdir(place.parent) == ["model.onnx"]


def test_what_fails_leaves_the_older_file_alone(tmp_path):
    place = tmp_path / "model.onnx"
    place.write_bytes(b"older")
    with contextlib.suppress(KeyboardInterrupt), written_beside(place) as beside:
        beside.write_bytes(b"half")
        raise KeyboardInterrupt

    assert place.read_bytes() == b"older"
    assert os.listdir(tmp_path) == ["model.onnx"]


def test_two_exports_of_one_file_at_once_do_not_write_into_each_other(tmp_path):
    here = f"""
import pathlib, sys
from desktop_app.engine.export.beside import written_beside
with written_beside(pathlib.Path({str(tmp_path / "model.onnx")!r})) as beside:
    beside.write_bytes(b"another's")
    print(beside.name, flush=True)
    sys.stdin.readline()
"""
    with subprocess.Popen([sys.executable, "-c", here], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as another:
        theirs = another.stdout.readline().decode().strip()
        with written_beside(tmp_path / "model.onnx") as beside:
            beside.write_bytes(b"ours")
            assert theirs != beside.name
            assert (tmp_path / theirs).read_bytes() == b"another's"
        assert (tmp_path / "model.onnx").read_bytes() == b"ours"
        another.communicate(b"\n")

    assert another.returncode == 0
    assert (tmp_path / "model.onnx").read_bytes() == b"another's"


def test_what_a_killed_export_left_behind_goes_with_the_next_one(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (tmp_path / f".model.onnx.{ended.pid}.partial").write_bytes(b"half")
    for other in ("model.onnx.partial", ".model.onnx.mine.partial", f".model-int8.onnx.{ended.pid}.partial"):
        (tmp_path / other).write_bytes(b"")

    with written_beside(tmp_path / "model.onnx") as beside:
        beside.write_bytes(b"good")

    assert not (tmp_path / f".model.onnx.{ended.pid}.partial").exists()
    assert len(os.listdir(tmp_path)) == 4


def test_a_place_where_nothing_can_be_written_is_told_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "model.onnx").mkdir()

    with pytest.raises(ExportError, match=r'model.onnx" is a folder; give the name of a file'):
        check_place(tmp_path / "model.onnx")
    with pytest.raises(ExportError, match=r"could not be written to .*x.onnx: .*file is not a folder; choose another"):
        check_place(tmp_path / "file" / "x.onnx")
    with pytest.raises(ExportError, match=r"could not be written to .*File name too long; choose another place"):
        check_place(tmp_path / f"{'x' * 300}.onnx")
    assert sorted(os.listdir(tmp_path)) == ["file", "model.onnx"]
