"""Three trainings with an ill and a healthy one, really trained and rightly told."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.diagnose import diagnose_run


@pytest.fixture
def table(tmp_path):
    """Return a writer of tables: three classes of 200 samples that are easily told apart, changed as wanted."""

    def write(flipped=0.0, doubled=False, shuffled=False, samples=600):
        values, labels = make_classification(
            samples, 8, n_informative=6, n_redundant=0, n_classes=3, class_sep=2.0, flip_y=0.0, random_state=3
        )
        draw = np.random.default_rng(0)
        wrong = draw.permutation(samples)[: round(samples * flipped)]
        labels[wrong] = (labels[wrong] + draw.integers(1, 3, len(wrong))) % 3
        if shuffled:
            labels = draw.permutation(labels)
        if doubled:
            values, labels = np.vstack([values, values]), np.concatenate([labels, labels])
        file = tmp_path / "table.csv"
        rows = [",".join(f"{value:.6f}" for value in row) for row in values]
        lines = [f"{row},class_{label}" for row, label in zip(rows, labels, strict=True)]
        file.write_text("a,b,c,d,e,f,g,h,kind\n" + "\n".join(lines))
        return {"source": "table", "path": str(file), "target": "kind", "validation": 0.3}

    return write


@pytest.fixture
def troubles(train, tmp_path):
    def of(data, layers=(32,), epochs=20):
        experiment = Experiment.from_dict(
            {
                "data": data,
                "model": {"kind": "mlp", "layers": list(layers)},
                "training": {"epochs": epochs, "threads": 1, "optimizer": {"name": "adam", "lr": 0.005}},
            }
        )
        trained = train(experiment, tmp_path / "runs")
        return [each.code for each in diagnose_run(trained.run).troubles]

    return of


def test_a_healthy_training_is_left_alone(table, troubles):
    assert troubles(table()) == []


def test_labels_that_say_nothing_leave_a_constant_predictor(table, troubles):
    assert "constant_predictor" in troubles(table(shuffled=True), layers=(2,), epochs=6)


def test_rows_on_both_sides_are_a_leak(table, troubles):
    assert troubles(table(doubled=True, samples=300)) == ["data_leak"]


def test_wrong_labels_are_suspected(table, troubles):
    assert "label_noise" in troubles(table(flipped=0.25))
