"""Layer-wise learning rates: each block at a share of the next one's, with whatever optimizer and schedule."""

import copy
import warnings

import numpy as np
import pytest
import torch

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.layer_decay import decayed_shares, split_groups
from desktop_app.engine.networks.learning_blocks import counts_of_steps, learning_blocks
from desktop_app.engine.prepare import prepare
from desktop_app.engine.stage import StageMaker
from desktop_app.engine.stepper import Stepper
from desktop_app.errors import ExperimentError, TrainingError


@pytest.fixture(scope="module")
def tuned(experiment_of, all_plugins):
    """Return the fine-tuning stage of a network with a decay of 0.5 and what its optimizer is made of."""
    job = prepare(experiment_of("transfer", fine_tuning__layer_decay=0.5, fine_tuning__unfreeze_last=8), all_plugins)
    return job.model.network, StageMaker(job, lambda *done: None, {}).make(job.stages[1])


def stepper_of(registry, stage, optimizer, schedule="constant", steps=20):
    return Stepper(
        registry,
        PluginChoice.model_validate({"name": optimizer} if isinstance(optimizer, str) else optimizer),
        PluginChoice(name=schedule),
        stage.parameters,
        steps,
        shares=stage.shares,
    )


def test_the_head_has_the_full_rate_and_each_block_half_of_the_next_ones(tuned, all_plugins):
    network, stage = tuned
    stepper = stepper_of(all_plugins, stage, {"name": "sgd", "lr": 0.8})

    rates = {id(weight): group["lr"] for group in stepper.optimizer.param_groups for weight in group["params"]}

    assert {rates[id(weight)] for weight in network.head.parameters()} == {0.8}
    last, before, *_ = reversed(learning_blocks(network))
    assert {rates[id(weight)] for layer in last.layers for weight in layer.parameters(recurse=False)} == {0.4}
    assert {rates[id(weight)] for layer in before.layers for weight in layer.parameters(recurse=False)} == {0.2}
    assert stepper.learning_rate == 0.8


def test_one_step_of_gradient_descent_moves_each_weight_by_its_own_rate(all_plugins):
    first, second, head = (torch.nn.Parameter(torch.tensor([value])) for value in (1.0, -2.0, 3.0))
    named = [("first", first), ("second", second), ("head", head)]
    shares = {first: 0.25, second: 0.5}
    stepper = Stepper(
        all_plugins,
        PluginChoice.model_validate({"name": "sgd", "lr": 0.1}),
        PluginChoice(name="constant"),
        named,
        1,
        shares=shares,
    )

    stepper.step(lambda: (first * first + second * second - 2 * head).sum())  # gradients 2, -4 and -2

    moved = [weight.item() for _, weight in named]
    np.testing.assert_allclose(moved, [1.0 - 0.025 * 2.0, -2.0 + 0.05 * 4.0, 3.0 + 0.1 * 2.0], rtol=1e-6)


@pytest.mark.parametrize("schedule", ["warmup_cosine", "one_cycle", "cosine", "polynomial", "step"])
def test_schedules_move_all_groups_in_proportion(schedule, tuned, all_plugins):
    _, stage = tuned
    stepper = stepper_of(all_plugins, stage, {"name": "sgd", "lr": 0.1}, schedule)
    shares = [group["lr"] / stepper.learning_rate for group in stepper.optimizer.param_groups]
    assert shares == sorted(shares, reverse=True)
    assert len(set(np.round(shares, 9))) > 2
    seen = []
    for step in range(20):
        if step == 10:
            stepper.learning_rate = stepper.learning_rate * 3
        rates = [group["lr"] for group in stepper.optimizer.param_groups]
        seen.append(rates[0])
        np.testing.assert_allclose(np.divide(rates, rates[0]), shares, rtol=1e-9)
        stepper.step(lambda: sum((weight * 0.0).sum() for _, weight in stage.parameters))
    assert len(set(seen)) > 1
    if schedule in ("warmup_cosine", "one_cycle"):
        assert seen[0] < seen[1]  # it warms up in a fine-tuning too


@pytest.mark.parametrize(
    "optimizer",
    [
        *("adam", "adamw", "adagrad", "momentum", "nag", "nadam", "radam", "rmsprop", "sgd", "lion", "sam", "muon"),
        *("schedule_free_adamw", "by_name", "looking_twice", "timm.lamb", "pytorch_optimizer.adammini"),
    ],
)
def test_every_rule_takes_the_groups_and_goes_on_from_its_state_bit_for_bit(optimizer, all_plugins):
    def net():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4), torch.nn.Linear(4, 2))

    def stepper_for(network):
        shares = dict.fromkeys(network[0].parameters(), 0.25) | dict.fromkeys(network[2].parameters(), 0.5)
        return Stepper(
            all_plugins,
            PluginChoice(name=optimizer),
            PluginChoice(name="warmup_cosine"),
            list(network.named_parameters()),
            8,
            shares=shares,
        )

    inputs = torch.linspace(-1.0, 1.0, 12).reshape(3, 4)
    network = net()
    stepper = stepper_for(network)
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    for _ in range(4):
        stepper.step(lambda: network(inputs).square().mean())
    other = net()
    other.load_state_dict(network.state_dict())
    resumed = stepper_for(other)
    state = stepper.state()
    resumed.load_state({**state, "optimizer": copy.deepcopy(state["optimizer"])})
    for _ in range(4):
        stepper.step(lambda: network(inputs).square().mean())
        resumed.step(lambda: other(inputs).square().mean())

    for name, weight in network.named_parameters():
        assert torch.equal(weight, other.get_parameter(name)), name
    assert any(not torch.equal(before[name], weight) for name, weight in network.named_parameters())


def test_every_installed_rule_steps_with_a_rate_for_each_layer_or_says_that_it_cannot(all_plugins):
    inputs = torch.linspace(-1.0, 1.0, 12).reshape(3, 4)
    constant = PluginChoice(name="constant")
    refused = set()
    # Ranger21 asks for the number of steps; the tests' own "curvature" differentiates after it has moved a group.
    left_out = {"pytorch_optimizer.ranger21", "curvature"}
    for name in sorted(set(all_plugins.optimizers) - left_out):
        torch.manual_seed(0)
        network = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4))
        shares = dict.fromkeys(network[0].parameters(), 0.25)
        parameters = list(network.named_parameters())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of these packages' rules warn of what they are
            try:
                stepper = Stepper(all_plugins, PluginChoice(name=name), constant, parameters, 2, shares=shares)
            except TrainingError:
                refused.add(name)
                continue
            for _ in range(2):
                stepper.step(lambda network=network: network(inputs).square().mean())
        groups = stepper.optimizer.param_groups
        assert sum(len(group["params"]) for group in groups) == 4, name
        assert len({group["lr"] for group in groups}) > 1, name
    assert refused == {"pytorch_optimizer.lbfgs", "pytorch_optimizer.magma"}


def test_a_rule_with_one_group_is_refused_before_anything_is_trained(experiment_of, all_plugins):
    weight = torch.nn.Parameter(torch.zeros(2))
    with pytest.raises(TrainingError, match="one learning rate for all weights"):
        split_groups(torch.optim.LBFGS([weight]), {weight: 0.5})
    experiment = experiment_of(
        "transfer", fine_tuning__layer_decay=0.5, fine_tuning__optimizer="pytorch_optimizer.lbfgs"
    )
    with pytest.raises(ExperimentError, match=r"fine_tuning\.optimizer.*LBFGS takes one learning rate"):
        experiment.check(all_plugins)


def test_without_a_decay_there_is_one_group_as_before(experiment_of, all_plugins):
    job = prepare(experiment_of("transfer"), all_plugins)
    stage = StageMaker(job, lambda *done: None, {}).make(job.stages[1])

    assert stage.shares == {}
    assert len(stepper_of(all_plugins, stage, "adam").optimizer.param_groups) == 1


@pytest.mark.parametrize(
    ("backbone", "blocks", "steps"),
    [
        # A vision transformer is one block of the network: taken apart into its embedding and its layers of 4.
        ("vit_tiny_patch16_224", 13, [4, 8, 10]),
        ("resnet18", 9, [2, 5, 7, 10]),
        ("efficientnet_lite0", 9, [1, 4, 10]),
        ("vgg16", 13, [1, 2, 3]),
    ],
)
def test_blocks_of_backbones(backbone, blocks, steps, all_plugins):
    with torch.device("meta"):
        built = all_plugins.backbones[backbone].create("random")
    network = torch.nn.Module()
    network.blocks, network.head = torch.nn.ModuleList(built.blocks), torch.nn.Identity()

    found = learning_blocks(network)

    assert len(found) == blocks
    assert [block.counted for block in found if not block.counted] == []
    assert counts_of_steps(network, steps[-1]) == steps
    every = [weight for block in found for layer in block.layers for weight in layer.parameters(recurse=False)]
    assert {id(weight) for weight in every} == {id(weight) for weight in network.blocks.parameters()}
    shares = decayed_shares(network, 0.5)
    assert max(shares.values()) == 0.5
    assert min(shares.values()) == 0.5**blocks
