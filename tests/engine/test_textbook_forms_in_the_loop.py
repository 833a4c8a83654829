"""The textbook forms in a whole training: cut and resumed to the bit, under a schedule that moves the momentum too."""

import pytest
import torch

from desktop_app.store.checkpoints import load_checkpoint


@pytest.mark.parametrize("name", ["momentum", "nag", "adagrad", "rmsprop", "adamw", "nadam"])
def test_it_learns_and_resumes_bit_for_bit(name, train, resume, experiment_of, differences, tmp_path):
    experiment = experiment_of(
        "mlp", training__optimizer={"name": name, "form": "textbook"}, training__schedule="one_cycle"
    )

    whole = train(experiment, tmp_path)
    cut = train(experiment, tmp_path, {17: lambda session: session.stop()})
    resumed = resume(cut.run.folder)

    assert whole.outcome.status == "finished", whole.outcome.reason
    _, losses = whole.run.series("epoch_train_loss")
    assert losses[-1] < losses[0]
    assert differences(whole.run, resumed.run) == []


def test_nags_best_checkpoint_holds_the_true_weights_and_its_last_one_the_looked_ahead(
    train, experiment_of, tmp_path, weights_of
):
    rule = {"name": "nag", "form": "textbook", "lr": 0.1}
    run = train(experiment_of("mlp", training__optimizer=rule, training__epochs=1), tmp_path).run

    state = load_checkpoint(run.files.last)["stepper"]["optimizer"]["state"]
    last, best = weights_of(run), weights_of(run, "best")
    learned = [name for name in last if name.endswith(("weight", "bias"))]

    assert len(learned) == len(state) > 4
    for place, name in enumerate(learned):
        assert torch.equal(best[name], state[place]["true_weight"])
        torch.testing.assert_close(last[name], best[name] - 0.9 * state[place]["velocity"])
    assert not any(torch.equal(best[name], last[name]) for name in learned)
