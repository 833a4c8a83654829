"""Frozen means frozen, and features that were computed once train like those that are computed anew."""

import pytest
import torch

from desktop_app.engine.data import feature_cache, frozen_features
from desktop_app.engine.networks.freezing import freeze, set_training, thaw_last
from desktop_app.engine.prepare import prepare


def blocks_at_first(experiment, registry):
    job = prepare(experiment, registry)
    return {name: value.clone() for name, value in job.model.network.state_dict().items()}


@pytest.mark.parametrize("augment", ["none", "light"])
def test_no_bit_of_a_frozen_layer_changes(augment, train, experiment_of, all_plugins, weights_of, tmp_path):
    experiment = experiment_of(
        "transfer", data__augment=augment, training__epochs=1, fine_tuning__epochs=1, model__backbone="test_resnet"
    )
    before = blocks_at_first(experiment, all_plugins)
    network = prepare(experiment, all_plugins).model.network
    thaw_last(network, 2)
    thawed = {f"blocks.{name}" for name, weight in network.blocks.named_parameters() if weight.requires_grad}

    in_stage_one = weights_of(train(experiment.model_copy(update={"fine_tuning": None}), tmp_path).run)
    after = weights_of(train(experiment, tmp_path).run)

    backbone = [name for name in before if name.startswith("blocks.")]
    assert any("running_mean" in name for name in backbone)
    assert [name for name in backbone if not torch.equal(in_stage_one[name], before[name])] == []
    changed = {name for name in backbone if not torch.equal(after[name], before[name])}
    assert any("bn" in name for name in thawed)
    # The scale and shift of a thawed norm learn; its statistics stay those that it came with.
    assert changed == thawed
    assert [name for name in before if name.startswith("head") and torch.equal(after[name], before[name])] == []


@pytest.mark.parametrize("how", ["not at all", "on disk", "neither in memory nor on disk"])
def test_a_run_is_the_same_bit_for_bit_however_features_are_kept(
    how, finished, train, experiment_of, differences, tmp_path, monkeypatch
):
    in_memory = finished("transfer")
    if how != "not at all":
        monkeypatch.setattr(frozen_features, "memory_for_data", lambda device: 0)
    if how == "neither in memory nor on disk":
        monkeypatch.setattr(feature_cache, "LARGEST_BYTES", 0)

    run = train(experiment_of("transfer", training__cache_features=how != "not at all"), tmp_path).run

    assert differences(in_memory, run) == []


def test_features_are_computed_once_for_both_stages(train, experiment_of, tmp_path, monkeypatch):
    computed = []
    computing = frozen_features.compute_features

    def counting(wanted, frozen, cuts, report, budget, cache):
        computed.append(list(cuts))
        return computing(wanted, frozen, cuts, report, budget, cache)

    monkeypatch.setattr(frozen_features, "compute_features", counting)

    train(experiment_of("transfer", training__epochs=1, fine_tuning__epochs=1), tmp_path)

    assert len(computed) == 1
    assert len(computed[0]) == 2


class Blocks(torch.nn.Module):
    """Two blocks of a convolution, a norm and an activation each, and a head."""

    def __init__(self):
        super().__init__()
        self.blocks = torch.nn.ModuleList(
            torch.nn.Sequential(
                torch.nn.Conv2d(3, 3, 1),
                torch.nn.BatchNorm2d(3),
                torch.nn.ReLU(),
                torch.nn.Conv2d(3, 3, 1),
                torch.nn.BatchNorm2d(3),
            )
            for _ in range(2)
        )
        self.head = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3, 2))


@pytest.mark.parametrize(
    ("count", "cut", "thawed"),
    [
        (1, 1, ["1.3", "1.4"]),
        (2, 1, ["1.0", "1.1", "1.3", "1.4"]),
        (3, 0, ["0.3", "0.4", "1.0", "1.1", "1.3", "1.4"]),
        (4, 0, ["0.0", "0.1", "0.3", "0.4", "1.0", "1.1", "1.3", "1.4"]),
    ],
)
def test_thawing_counts_layers_with_weights_and_takes_the_norms_between(count, cut, thawed):
    network = Blocks()

    assert thaw_last(network, count) == cut

    names = {name.rpartition(".")[0] for name, weight in network.blocks.named_parameters() if weight.requires_grad}
    assert sorted(names) == thawed
    assert all(weight.requires_grad for weight in network.head.parameters())


def test_training_mode_leaves_frozen_layers_in_evaluation():
    network = Blocks()
    thaw_last(network, 1)

    set_training(network, True)

    modes = {name: module.training for name, module in network.blocks.named_modules() if name.count(".") == 1}
    assert [name for name, training in modes.items() if training] == ["1.2", "1.3", "1.4"]
    assert network.head.training
    set_training(network, False)
    assert not any(module.training for module in network.modules())


def test_a_frozen_norm_keeps_its_statistics_in_training_mode():
    network = Blocks()
    freeze(network.blocks)
    before = {name: value.clone() for name, value in network.blocks.state_dict().items()}

    set_training(network, True)
    values = torch.randn(8, 3, 2, 2)
    for block in network.blocks:
        values = block(values)

    after = network.blocks.state_dict()
    assert [name for name in before if not torch.equal(before[name], after[name])] == []
