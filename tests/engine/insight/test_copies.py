"""Which validation samples are counted as trained on, by tables that were written by hand."""

import pytest

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.copies import copied_share
from desktop_app.engine.prepare import prepare


@pytest.fixture
def job_of(all_plugins, tmp_path):
    def make(rows, validation=0.5):
        file = tmp_path / "table.csv"
        lines = "\n".join(",".join(str(value) for value in row) for row in rows)
        file.write_text(",".join("abcdefgh"[: len(rows[0]) - 1]) + ",kind\n" + lines + "\n")
        data = {"source": "table", "path": str(file), "target": "kind", "validation": validation}
        return prepare(Experiment.from_dict({"data": data, "model": {"kind": "mlp", "layers": [4]}}), all_plugins)

    return make


def distinct(count):
    return [(row + 0.25, row * 7 % 101 + 0.5, "xy"[row % 2]) for row in range(count)]


def test_rows_that_stand_on_both_sides_are_counted(job_of):
    job = job_of([*distinct(60), *distinct(60)])
    rows = job.source.values.tolist()
    training = [rows[place] for place in job.split.training]
    copied = [rows[place] in training for place in job.split.validation]

    assert 0 < sum(copied) < len(copied)
    assert copied_share(job) == sum(copied) / len(copied)


def test_different_rows_are_no_copies(job_of):
    assert copied_share(job_of(distinct(80))) == 0.0


def test_rows_of_few_different_values_repeat_by_chance(job_of):
    rows = [(row % 3 + 0.5, row % 2 + 0.5, "xy"[row % 2]) for row in range(60)]

    assert copied_share(job_of(rows)) is None


def test_nothing_to_validate_on_has_no_copies(job_of):
    assert copied_share(job_of(distinct(20), validation=0.0)) is None


def test_pictures_are_compared_pixel_by_pixel(all_plugins, experiment_of):
    job = prepare(experiment_of("augmentation"), all_plugins)
    job.source.values[int(job.split.validation[0])] = job.source.values[int(job.split.training[0])]

    assert copied_share(job) == pytest.approx(1 / len(job.split.validation))
