"""The SHA-256 of a run's data: the same for the same samples wherever they lie, another for any change."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop_app.api import Samples, Table
from desktop_app.engine.export.data_identity import data_sha256, samples_sha256
from desktop_app.engine.run import Run
from desktop_app.errors import DataError


@pytest.fixture
def files(tmp_path):
    """Return samples of six picture files."""
    folder = tmp_path / "here"
    names = []
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for place in range(3):
            name = f"{label}/{place}.png"
            Image.new("RGB", (4, 4), (place, place, 40 if label == "cat" else 90)).save(folder / name)
            names.append(name)
    return samples_in(folder, names)


def samples_in(folder, names):
    labels = np.array([("cat", "dog").index(name.split("/")[0]) for name in names])
    return Samples("files", [folder / name for name in names], labels, ("cat", "dog"), names=names)


def numbers(values, names=("a", "b"), labels=None, vocabularies=None):
    values = np.asarray(values, dtype=np.float32)
    labels = np.arange(len(values)) % 2 if labels is None else labels
    table = Table(names, values, vocabularies or {})
    return Samples("table", table, labels, ("x", "y"), names=[f"row {place + 1}" for place in range(len(values))])


class TestFiles:
    def test_are_the_same_in_another_folder_and_in_another_order(self, files, tmp_path):
        moved = tmp_path / "elsewhere"
        shutil.copytree(tmp_path / "here", moved)

        same = samples_in(moved, list(reversed(files.names)))

        assert samples_sha256(same, same.names) == samples_sha256(files, files.names)

    def test_are_others_where_one_picture_changed(self, files):
        before = samples_sha256(files, files.names)
        Image.new("RGB", (4, 4), (9, 9, 9)).save(files.items[4])

        assert samples_sha256(files, files.names) != before

    def test_are_others_under_another_name_or_class_and_where_one_is_left_out(self, files):
        whole = samples_sha256(files, files.names)
        relabelled = replace(files, labels=np.array([0, 0, 0, 1, 1, 0]))
        renamed = replace(files, names=[*files.names[:-1], "dog/other.png"])

        others = {
            samples_sha256(relabelled, files.names),
            samples_sha256(renamed, renamed.names),
            samples_sha256(files, files.names[:-1]),
        }

        assert len(others | {whole}) == 4

    def test_report_how_far_they_are_and_end_with_all(self, files):
        shares = []

        samples_sha256(files, files.names, shares.append)

        assert shares == sorted(shares)
        assert shares[-1] == 1.0

    def test_have_no_identity_where_one_is_gone_from_the_list(self, files):
        assert samples_sha256(samples_in(files.items[0].parents[1], files.names[:-1]), files.names) == ""

    def test_that_vanish_while_they_are_read_are_named(self, files):
        files.items[2].unlink()

        with pytest.raises(DataError, match=r"2\.png.* cannot be read: .* Bring it back"):
            samples_sha256(files, files.names)


class TestValues:
    def test_of_pictures_in_memory_count_with_their_shape(self):
        pictures = np.arange(2 * 4 * 6 * 3, dtype=np.uint8).reshape(2, 4, 6, 3)
        samples = Samples("pictures", pictures, np.array([0, 1]), ("a", "b"))
        turned = replace(samples, items=pictures.reshape(2, 6, 4, 3))
        changed = pictures.copy()
        changed[1, 0, 0, 0] += 1

        found = {samples_sha256(each, ["0", "1"]) for each in (samples, turned, replace(samples, items=changed))}

        assert len(found) == 3

    def test_of_tables_count_with_columns_and_words(self):
        rows = [[1.0, 0.0], [2.0, 1.0]]
        words = {"b": ("red", "blue")}
        tables = [
            numbers(rows),
            numbers(rows, names=("a", "c")),
            numbers(rows, vocabularies=words),
            numbers(rows, vocabularies={"b": ("red", "green")}),
            numbers([[1.0, 0.0], [2.0, 0.0]]),
        ]

        assert len({samples_sha256(each, each.names) for each in tables}) == len(tables)

    def test_of_tables_are_the_same_whatever_bits_a_missing_value_or_a_zero_has(self):
        other_nan = np.array([0x7FC00123], dtype=np.uint32).view(np.float32)[0]

        one = numbers([[np.nan, 0.0], [1.0, 2.0]])
        other = numbers([[other_nan, -0.0], [1.0, 2.0]])

        assert samples_sha256(one, one.names) == samples_sha256(other, other.names)

    def test_of_a_regression_count_with_their_targets(self):
        one = replace(numbers([[1.0, 2.0]]), classes=(), labels=np.array([1.5], dtype=np.float32))
        other = replace(one, labels=np.array([1.25], dtype=np.float32))

        assert samples_sha256(one, one.names) != samples_sha256(other, other.names)

    @given(st.lists(st.tuples(st.floats(-5, 5, width=32), st.floats(-5, 5, width=32)), min_size=1), st.randoms())
    def test_of_rows_are_the_same_in_any_order_of_asking(self, rows, random):
        samples = numbers(rows)
        shuffled = list(samples.names)
        random.shuffle(shuffled)

        assert samples_sha256(samples, shuffled) == samples_sha256(samples, samples.names)


def test_a_runs_data_is_what_it_was_trained_and_validated_on(train, experiment_of, all_plugins, tmp_path):
    one = train(experiment_of("mlp", training__epochs=1), tmp_path).run
    longer = train(experiment_of("mlp", training__epochs=2, data__validation=0.3, data__test=0.5), tmp_path).run
    fewer = train(experiment_of("mlp", training__epochs=1, data__test=0.7), tmp_path).run

    found = data_sha256(Run.open(one.folder), all_plugins)

    assert len(found) == 64
    assert found != data_sha256(fewer, all_plugins)
    # The same samples on other sides of the split would be the same data; here others are kept apart.
    assert found != data_sha256(longer, all_plugins)
