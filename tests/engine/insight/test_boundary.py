"""The boundary that a network of two inputs draws between its classes."""

import numpy as np
import pytest
import torch

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.boundary import GRID, MOST_POINTS, BoundaryDrawer, has_boundary
from desktop_app.engine.insight.boundary_of_run import boundary_of
from desktop_app.engine.prepare import prepare


def toy(shape="clouds", number=200, **training):
    return Experiment.from_dict(
        {
            "data": {"source": {"name": "toy", "shape": shape, "number": number, "noise": 0.0}},
            "model": {"kind": "mlp", "layers": [8], "dropout": 0.5},
            "training": {"epochs": 3, "threads": 1, **training},
        }
    )


@pytest.fixture
def job(all_plugins):
    return prepare(toy(), all_plugins)


def test_the_grid_reaches_a_tenth_beyond_the_training_data(job):
    found = BoundaryDrawer(job).draw(7)

    rows = job.source.values.numpy()[job.split.training]
    for axis, column in ((found.x, rows[:, 0]), (found.y, rows[:, 1])):
        reach = column.max() - column.min()
        assert len(axis) == GRID
        assert axis[0] == pytest.approx(column.min() - 0.1 * reach, rel=1e-5)
        assert axis[-1] == pytest.approx(column.max() + 0.1 * reach, rel=1e-5)
    assert (found.step, found.names, found.classes) == (7, ("x", "y"), ("first", "second"))
    assert np.array_equal(found.points, rows)


def test_each_place_has_the_answer_of_the_network_in_evaluation_mode(job):
    found = BoundaryDrawer(job).draw(1)

    job.model.network.eval()
    row, column = 3, 41
    with torch.no_grad():
        raw = torch.tensor([[found.x[column], found.y[row]]], dtype=torch.float32)
        answers = job.model.answers(job.model.logits(raw))[0]
    assert found.winner[row, column] == int(answers.argmax())
    assert found.certainty[row, column] == pytest.approx(float(answers.max()), rel=1e-4)


def test_drawing_changes_neither_modes_nor_statistics_nor_random_numbers(job):
    network = job.model.network.train()
    network.layers[2].eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    modes = [module.training for module in network.modules()]
    state = torch.get_rng_state()

    BoundaryDrawer(job).draw(1)

    assert [module.training for module in network.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_of_many_points_some_are_kept(all_plugins):
    found = BoundaryDrawer(prepare(toy(number=3000), all_plugins)).draw(1)

    assert MOST_POINTS / 2 < len(found.points) <= MOST_POINTS
    assert len(found.labels) == len(found.points)
    assert set(found.labels.tolist()) == {0, 1}


def test_a_run_shows_its_boundary_while_it_trains_and_once_it_is_over(train, all_plugins, tmp_path):
    trained = train(toy(), tmp_path)

    live = trained.session.recorder.boundary
    assert live is not None
    assert 0 <= live.step <= trained.run.result["steps"]
    state = torch.get_rng_state()
    found = boundary_of(trained.run, all_plugins)
    assert torch.equal(torch.get_rng_state(), state)
    assert found.step == trained.run.result["best"]["step"]
    assert np.array_equal(found.x, live.x)
    # Clouds without noise lie far apart, but a network this young need not be sure.
    network, preprocessing = trained.run.load_network("best")
    with torch.no_grad():
        raw = torch.tensor([[found.x[9], found.y[50]]], dtype=torch.float32)
        answers = network(preprocessing(raw)).softmax(dim=1)[0]
    assert found.certainty[50, 9] == pytest.approx(float(answers.max()), rel=1e-4)


def test_other_tasks_have_none(all_plugins, experiment_of, finished):
    job = prepare(experiment_of("mlp"), all_plugins)

    assert not has_boundary(job.task)
    assert boundary_of(finished("mlp"), all_plugins) is None
    with pytest.raises(ValueError, match="two number columns"):
        BoundaryDrawer(job)


def test_a_categorical_column_or_a_number_to_predict_has_none(all_plugins, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b,kind\n" + "\n".join(f"{row},{'uv'[row % 2]},{'xy'[row % 3 == 0]}" for row in range(40)))
    table = {"source": "table", "path": str(path), "target": "kind"}

    assert not has_boundary(prepare(Experiment.from_dict({"data": table}), all_plugins).task)
