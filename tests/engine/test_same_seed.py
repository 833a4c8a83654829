"""One seed, one result: a run repeats bit for bit."""

import pytest
import torch


@pytest.mark.parametrize("kind", ["mlp", "dropout", "augmentation", "transfer"])
def test_two_runs_of_one_experiment_are_equal_bit_for_bit(kind, finished, train, experiment_of, differences, tmp_path):
    torch.rand(7)  # what others draw from the global generator plays no part

    again = train(experiment_of(kind), tmp_path).run

    steps, losses = again.series("train_loss")
    assert steps.tolist() == list(range(1, again.result["steps"] + 1))
    assert len(set(losses)) > len(losses) // 2
    assert differences(finished(kind), again) == []


def test_another_seed_gives_another_result(finished, train, experiment_of, differences, tmp_path):
    other = train(experiment_of("mlp", training__seed=1), tmp_path).run

    assert {"train_loss", "val_loss"} < set(differences(finished("mlp"), other))


def test_another_seed_of_the_data_gives_another_split(finished, train, experiment_of, tmp_path):
    other = train(experiment_of("mlp", data__seed=1), tmp_path).run

    ours, theirs = (run.files.read_json(run.files.split) for run in (finished("mlp"), other))
    assert set(ours["validation"]) != set(theirs["validation"])
    assert {part: len(places) for part, places in ours.items()} == {
        part: len(places) for part, places in theirs.items()
    }
