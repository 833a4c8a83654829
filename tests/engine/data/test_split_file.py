"""The split is written for others: one line a sample, in the samples' order."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.api import Samples
from desktop_app.engine.data.split import split_samples
from desktop_app.engine.data.split_file import write_split
from desktop_app.errors import DataError


def samples(labels, classes=("cat", "dog")):
    names = [f"{place}, x.jpg" for place in range(len(labels))]
    return Samples("files", names, np.array(labels), tuple(classes), names=names, validation=[1], test=[3])


def test_each_sample_has_a_line_with_its_class_and_its_part(tmp_path: Path):
    made = samples([0, 1, 1, 0])
    write_split(tmp_path / "split.csv", made, split_samples(made, 0.5, 0.0, 0))

    assert (tmp_path / "split.csv").read_text(encoding="utf-8") == (
        'file,label,part\n"0, x.jpg",cat,training\n"1, x.jpg",dog,validation\n'
        '"2, x.jpg",dog,training\n"3, x.jpg",cat,test\n'
    )


def test_numbers_are_written_as_they_are_and_a_refusing_disk_is_named(tmp_path: Path):
    made = samples([0.5, 1.5, 2.5, 3.5], classes=())
    split = split_samples(made, 0.5, 0.0, 0)
    write_split(tmp_path / "split.csv", made, split)

    assert '"2, x.jpg",2.5,training' in (tmp_path / "split.csv").read_text(encoding="utf-8")
    with pytest.raises(DataError, match="cannot be written to"):
        write_split(tmp_path / "nowhere" / "split.csv", made, split)
