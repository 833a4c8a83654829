"""What scales a table's numbers and answers comes from the training rows alone."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app import Experiment, Run, load_plugins, train
from desktop_app.engine.prepare import load_samples
from desktop_app.engine.preview import split_samples


def test_validation_and_test_rows_have_no_part_in_the_statistics(tmp_path: Path) -> None:
    values = np.random.default_rng(0).lognormal(sigma=3, size=60)  # any row that is added moves the mean
    rows = [f"{value:.4f},{value * 2 + place:.4f}" for place, value in enumerate(values)]
    (tmp_path / "table.csv").write_text("\n".join(["a,y", *rows]) + "\n")
    data = {"source": "table", "path": "table.csv", "target": "y", "validation": 0.3, "test": 0.2}
    settings = {"data": data, "model": {"kind": "mlp", "layers": [4]}, "training": {"epochs": 1, "threads": 1}}
    experiment, registry = Experiment.from_dict(settings, tmp_path), load_plugins()
    run = train(experiment, out=tmp_path / "runs")
    samples = load_samples(experiment, registry)
    training = list(split_samples(samples, experiment).training)
    _, preprocessing = Run.open(run.folder).load_network("best")
    numbers = samples.items.values[:, 0].astype(np.float64)
    assert float(preprocessing.mean[0]) == pytest.approx(numbers[training].mean(), rel=1e-5)
    assert float(preprocessing.std[0]) == pytest.approx(numbers[training].std(), rel=1e-5)
    assert abs(numbers.mean() / numbers[training].mean() - 1) > 0.01
