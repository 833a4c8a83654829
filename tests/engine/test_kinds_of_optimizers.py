"""What an optimizer may ask of the loop, with small real ones: closures, graphs, names, other weights to evaluate."""

import sys

import pytest
import torch

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import TrainingError
from desktop_app.store.checkpoints import load_checkpoint


def stepper_for(registry, optimizer, parameters, **options):
    return Stepper(registry, PluginChoice(name=optimizer), PluginChoice(name="constant"), parameters, 10, **options)


@pytest.mark.parametrize("optimizer", ["lion", "looking_twice", "curvature", "by_name", "averaged"])
def test_it_trains_and_resumes_bit_for_bit(optimizer, train, resume, experiment_of, differences, tmp_path):
    # Layers without normalization: their biases are what ``by_name`` tells apart.
    experiment = experiment_of("mlp", model__normalization="none", training__optimizer=optimizer)

    whole = train(experiment, tmp_path)
    cut = train(experiment, tmp_path, {17: lambda session: session.stop()})
    resumed = resume(cut.run.folder)

    assert whole.outcome.status == "finished", whole.outcome.reason
    _, losses = whole.run.series("epoch_train_loss")
    assert losses[-1] < losses[0]
    assert differences(whole.run, resumed.run) == []


def test_one_with_a_closure_computes_the_loss_as_often_as_it_asks(all_plugins):
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    asked = []

    def forward():
        asked.append(weight.item())
        return weight.square().sum()

    loss = stepper_for(all_plugins, "looking_twice", [("weight", weight)]).step(forward)

    assert asked == pytest.approx([2.0, 2.0 - 0.05 * 4.0])
    assert loss.item() == 4.0  # the loss before the step
    assert weight.item() == pytest.approx(1.8)


def test_a_closure_that_is_not_called_is_the_plugins_fault(all_plugins, monkeypatch):
    module = sys.modules[all_plugins.optimizers["looking_twice"].factory.__module__]
    monkeypatch.setattr(module.LookingTwice, "step", lambda self, closure: None)
    weight = torch.nn.Parameter(torch.tensor([2.0]))

    with pytest.raises(TrainingError, match='"looking_twice" asked for a closure and did not call it'):
        stepper_for(all_plugins, "looking_twice", [("weight", weight)]).step(lambda: weight.square().sum())


def test_one_that_needs_the_graph_sees_the_curvature(all_plugins):
    weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    unused = torch.nn.Parameter(torch.tensor([3.0]))
    curvature = torch.tensor([2.0, 6.0])  # of w0**2 + 3 * w1**2

    stepper_for(all_plugins, "curvature", [("weight", weight), ("unused", unused)]).step(
        lambda: (0.5 * curvature * weight.square()).sum()
    )

    expected = [1.0 - 0.05 * 2.0 / (1 + 2.0), 2.0 - 0.05 * 12.0 / (1 + 6.0)]
    assert weight.tolist() == pytest.approx(expected)
    assert unused.tolist() == [3.0]


@pytest.mark.parametrize(
    ("optimizer", "words"), [("looking_twice", "several times"), ("curvature", "second derivatives")]
)
def test_float16_is_refused_where_its_scaling_would_be_wrong(optimizer, words, all_plugins):
    weight = torch.nn.Parameter(torch.ones(2))

    with pytest.raises(TrainingError, match=words):
        stepper_for(all_plugins, optimizer, [("weight", weight)], scaler=torch.amp.GradScaler("cpu"))


def test_one_that_wants_names_gets_those_of_the_network(train, experiment_of, tmp_path, weights_of):
    experiment = experiment_of("mlp", model__normalization="none", training__optimizer="by_name", training__epochs=1)

    weights = weights_of(train(experiment, tmp_path).run)

    biases = {name: weight for name, weight in weights.items() if name.endswith("bias")}
    assert len(biases) == 2
    assert all((bias == 0).all() for bias in biases.values())  # as they were drawn: the plugin leaves them alone


def test_the_best_checkpoint_holds_the_weights_that_were_evaluated_and_the_last_one_those_in_training(
    train, experiment_of, tmp_path, weights_of
):
    run = train(experiment_of("mlp", training__optimizer="averaged", training__epochs=1), tmp_path).run

    last = load_checkpoint(run.files.last)
    state = last["stepper"]["optimizer"]
    learned = [name for name in weights_of(run) if name.endswith(("weight", "bias"))]
    means = dict(zip(learned, (state["state"][place]["mean"] for place in range(len(learned))), strict=True))
    best = weights_of(run, "best")

    assert [name for name in learned if not torch.equal(best[name], means[name])] == []
    assert [name for name in learned if torch.equal(best[name], last["model"]["network"][name])] == []
    assert state["param_groups"][0]["training"] is True


def test_train_after_eval_restores_the_very_bits(all_plugins):
    weight = torch.nn.Parameter(torch.randn(1000))
    stepper = stepper_for(all_plugins, "averaged", [("weight", weight)])
    for _ in range(3):
        stepper.step(lambda: weight.square().sum())
    before = weight.detach().clone()

    stepper.evaluating(begins=True)
    evaluated = weight.detach().clone()
    stepper.evaluating(begins=False)

    assert not torch.equal(evaluated, before)
    assert torch.equal(weight, before)


def test_the_next_stage_goes_on_from_the_weights_that_were_evaluated(train, experiment_of, tmp_path, weights_of):
    rule = {"name": "averaged", "lr": 0.05}
    experiment = experiment_of(
        "transfer",
        training__optimizer=rule,
        training__epochs=1,
        fine_tuning__epochs=1,
        fine_tuning__optimizer={"name": "by_name", "lr": 1e-30},
    )

    run = train(experiment, tmp_path).run

    # A fine-tuning that moves nothing ends where the first stage was evaluated, which is its best checkpoint.
    best, last = weights_of(run, "best"), weights_of(run, "last")
    assert [name for name in best if name.endswith("weight") and not torch.equal(best[name], last[name])] == []
