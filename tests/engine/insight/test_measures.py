"""What is measured of one step, against numbers worked out by hand on small networks."""

import math

import pytest
import torch
from torch import nn

from desktop_app.engine.insight.measures import StepMeasures
from desktop_app.engine.insight.outputs import Bounds
from desktop_app.engine.insight.watched import layers_to_watch


def measured(network, optimizer, inputs, loss=lambda output: output.sum(), clip=None, with_histograms=True):
    """Take one step that is measured; returns the measures and their figures."""
    layers = layers_to_watch(network)
    bounds = {layer.name: Bounds.of(layer.module) for layer in layers if layer.role == "activation"}
    measures = StepMeasures(layers, bounds, with_histograms, lambda: 0.0)
    measures.hook()
    loss(network(inputs)).backward()
    measures.take_gradients(optimizer)
    if clip is not None:
        nn.utils.clip_grad_norm_(network.parameters(), clip)
    optimizer.step()
    measures.take_step(optimizer)
    return measures, measures.figures()


def linear(weight, bias=None):
    weight = torch.tensor(weight)
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    with torch.no_grad():
        layer.weight.copy_(weight)
        if bias is not None:
            layer.bias.copy_(torch.tensor(bias))
    return layer


def test_norms_and_ratios_of_plain_gradient_descent():
    # The sum of w x has the gradient sum(x) = (3, 4): its norm is 5, that of w = (6, 8) is 10.
    network = nn.Sequential(linear([[6.0, 8.0]]))

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[1.0, 4.0], [2.0, 0]]))

    assert figures["gradient_norm/0"] == pytest.approx(5.0)
    assert figures["weight_norm/0"] == pytest.approx(10.0)
    assert figures["update_ratio/0"] == pytest.approx(0.1 * 5 / 10)
    assert figures["effective_step/0"] == pytest.approx(0.1)
    # 6 + 32 = 38 and 12 + 0 = 12.
    assert figures["output_mean/0"] == pytest.approx(25.0)
    assert figures["output_std/0"] == pytest.approx(13.0)


def test_the_norm_of_the_whole_gradient_counts_every_weight_that_learns():
    network = nn.Sequential(linear([[6.0, 8.0]], [0.0]))

    # The bias has the gradient 2, one a sample.
    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[1.0, 4.0], [2.0, 0]]))

    assert figures["gradient_norm"] == pytest.approx(math.sqrt(3**2 + 4**2 + 2**2))


def test_gradients_are_those_before_clipping_and_steps_those_after():
    network = nn.Sequential(linear([[6.0, 8.0]]))

    _, figures = measured(
        network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[1.0, 4.0], [2.0, 0]]), clip=1.0
    )

    assert figures["gradient_norm/0"] == pytest.approx(5.0)
    assert figures["effective_step/0"] == pytest.approx(0.1 / 5, rel=1e-4)


def test_what_adam_keeps_is_measured_by_name():
    network = nn.Sequential(linear([[6.0, 8.0]]))

    # After one step the mean of gradients is 0.1 g, of their squares 0.001 g^2, for g = (3, 4).
    measures, figures = measured(
        network, torch.optim.Adam(network.parameters(), lr=0.1), torch.tensor([[1.0, 4.0], [2.0, 0]])
    )

    assert figures["state.exp_avg/0"] == pytest.approx(0.1 * math.sqrt((3**2 + 4**2) / 2))
    assert figures["state.exp_avg_sq/0"] == pytest.approx(0.001 * math.sqrt((9**2 + 16**2) / 2))
    assert figures["state.step/0"] == 1.0
    assert "state.exp_avg/0" in measures.values
    assert "state.step/0" not in measures.values


def test_a_unit_with_a_large_negative_bias_is_dead():
    network = nn.Sequential(linear([[1.0], [1.0], [1.0], [1.0]], [0.0, -100.0, 0.0, 0.0]), nn.ReLU())

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[1.0], [2.0]]))

    assert figures["dead_share/1"] == 0.25
    assert figures["activation_mean/1"] == pytest.approx((3 * 1 + 3 * 2) / 8)
    assert "saturated_share/1" not in figures


def test_a_channel_is_dead_where_it_is_the_same_at_all_places_of_all_pictures():
    network = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU())
    with torch.no_grad():
        network[0].weight.fill_(1.0)
        network[0].bias.copy_(torch.tensor([0.0, -100.0]))

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.rand(3, 1, 4, 4))

    assert figures["dead_share/1"] == 0.5


def test_behind_a_linear_layer_on_sequences_the_units_lie_in_the_last_dimension():
    network = nn.Sequential(linear([[1.0], [1.0]], [0.0, -100.0]), nn.ReLU())

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.rand(3, 5, 1))

    assert figures["dead_share/1"] == 0.5


def test_a_sigmoid_with_a_large_weight_is_saturated():
    # Of -1000, -1, 1 and 1000 half lie within 1 % of 0 or 1.
    network = nn.Sequential(linear([[1.0]]), nn.Sigmoid())

    _, figures = measured(
        network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[-1000.0], [-1.0], [1.0], [1000.0]])
    )

    assert figures["saturated_share/1"] == 0.5


def test_a_batch_norm_tells_its_statistics_and_how_far_the_batch_lies_from_those_before():
    norm = nn.BatchNorm1d(2, eps=1e-12, momentum=0.5)
    with torch.no_grad():
        norm.running_mean.copy_(torch.tensor([1.0, 1.0]))
        norm.running_var.copy_(torch.tensor([4.0, 4.0]))
    network = nn.Sequential(norm, linear([[1.0, 1.0]]))

    _, figures = measured(
        network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[3.0, 8.0], [7.0, 10.0]])
    )

    # Batch means 5 and 9 lie 4 / 2 and 8 / 2 standard deviations away.
    assert figures["batch_drift/0"] == pytest.approx(math.sqrt((2**2 + 4**2) / 2))
    assert figures["running_mean/0"] == pytest.approx((3.0 + 5.0) / 2)
    # Unbiased variances of the batch are 8 and 2; half of them and half of 4.
    assert figures["running_std/0"] == pytest.approx((math.sqrt(6.0) + math.sqrt(3.0)) / 2)


def test_frozen_layers_have_outputs_and_no_gradients():
    network = nn.Sequential(linear([[1.0]]), linear([[2.0]]))
    network[0].requires_grad_(False)

    _, figures = measured(network, torch.optim.SGD([network[1].weight], lr=0.1), torch.tensor([[1.0], [2.0]]))

    assert "gradient_norm/1" in figures
    assert "output_mean/0" in figures
    assert not any(name in figures for name in ("gradient_norm/0", "weight_norm/0", "update_ratio/0"))


def test_a_weight_without_a_gradient_and_a_layer_that_does_not_run_are_left_out():
    class Branching(nn.Module):
        def __init__(self):
            super().__init__()
            self.used = linear([[1.0]])
            self.unused = linear([[1.0]])

        def forward(self, inputs):
            return self.used(inputs)

    network = Branching()
    measures, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.ones(2, 1))

    assert measures.ran == ["used"]
    assert not [name for name in figures if name.endswith("/unused")]


def test_two_layers_that_share_a_weight_are_both_measured():
    network = nn.Sequential(linear([[3.0]]), linear([[3.0]]))
    network[1].weight = network[0].weight

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.ones(1, 1))

    # The output is w^2, its gradient 2 w.
    assert figures["gradient_norm/0"] == figures["gradient_norm/1"] == figures["gradient_norm"] == pytest.approx(6.0)


def test_a_module_that_runs_twice_counts_the_first_time():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = linear([[2.0]])

        def forward(self, inputs):
            return self.layer(self.layer(inputs))

    network = Twice()
    measures, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.ones(2, 1))

    assert measures.ran == ["layer"]
    assert figures["output_mean/layer"] == 2.0


def test_a_weight_of_zeros_has_no_ratio():
    network = nn.Sequential(linear([[0.0]]))

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.ones(2, 1))

    assert figures["weight_norm/0"] == 0.0
    assert "update_ratio/0" not in figures
    assert figures["effective_step/0"] == pytest.approx(0.1)


def test_numbers_that_are_not_finite_are_measured_as_such():
    network = nn.Sequential(linear([[1.0], [1.0]]), nn.ReLU())

    _, figures = measured(network, torch.optim.SGD(network.parameters(), lr=0.1), torch.tensor([[1.0], [float("nan")]]))

    assert math.isnan(figures["gradient_norm"])
    assert math.isnan(figures["output_mean/0"])


def test_half_precision_outputs_do_not_overflow():
    network = nn.Sequential(linear([[1.0] * 4] * 4))

    def loss(output):
        return output.float().sum()

    # Each output is 40,000; the sum of two of them is beyond what float16 holds.
    with torch.autocast("cpu", dtype=torch.float16):
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        _, figures = measured(network, optimizer, torch.full((2, 4), 10_000.0), loss)

    assert figures["output_mean/0"] == pytest.approx(40_000)
    assert figures["output_std/0"] == 0.0
    assert figures["gradient_norm/0"] == pytest.approx(80_000)


def test_measuring_leaves_no_hook_and_changes_nothing():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4, 2))
    twin = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4, 2))
    twin.load_state_dict(network.state_dict())
    inputs = torch.rand(8, 3)

    torch.manual_seed(1)
    measured(network, torch.optim.Adam(network.parameters()), inputs)
    drawn = torch.rand(1)
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(twin.parameters())
    twin(inputs).sum().backward()
    optimizer.step()

    assert torch.equal(drawn, torch.rand(1))
    for one, other in zip(network.state_dict().values(), twin.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
