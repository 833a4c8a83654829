"""Which layers are watched."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.insight.watched import (
    WatchedLayer,
    activation_types,
    chosen,
    in_running_order,
    layers_to_watch,
    main_weight,
)


def test_roles_and_what_feeds_an_activation():
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.Linear(4, 2), nn.Softmax(1)
    )

    found = [(layer.name, layer.role, layer.fed_by) for layer in layers_to_watch(network)]

    assert found == [("0", "weights", ""), ("1", "norm", ""), ("2", "activation", "0"), ("5", "weights", "")]


def test_a_norm_that_holds_its_activation_gives_both():
    from timm.layers import BatchNormAct2d

    network = nn.Sequential(nn.Conv2d(3, 4, 3), BatchNormAct2d(4))

    found = [(layer.name, layer.role) for layer in layers_to_watch(network)]

    assert found == [("0", "weights"), ("1", "norm"), ("1.act", "activation")]


def test_activations_of_timm_and_of_plugins_are_known(all_plugins):
    from timm.layers.activations import HardMish

    kind = activation_types(ModelSettings(activation="overflowing"), all_plugins)
    network = nn.Sequential(nn.Linear(2, 2), all_plugins.activations["overflowing"].create(), HardMish())

    assert [layer.role for layer in layers_to_watch(network, kind)] == ["weights", "activation", "activation"]
    assert [layer.role for layer in layers_to_watch(network)] == ["weights", "activation"]


def test_a_module_in_two_places_is_listed_once():
    activation = nn.ReLU()

    found = layers_to_watch(nn.Sequential(nn.Linear(2, 2), activation, nn.Linear(2, 2), activation))

    assert [layer.name for layer in found] == ["0", "1", "2"]


def test_the_weight_of_a_layer_is_its_own_largest_matrix():
    attention = nn.MultiheadAttention(4, 2)

    assert main_weight(attention) is attention.in_proj_weight
    assert main_weight(nn.Linear(3, 2)).shape == (2, 3)
    assert main_weight(nn.ReLU()) is None


def test_layers_stand_as_they_ran_and_the_others_where_they_stood():
    layers = layers_to_watch(nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), nn.Linear(2, 2)))

    found = in_running_order(layers, ["2", "1", "0"])

    assert [layer.name for layer in found] == ["2", "1", "0", "3"]
    assert found[1].fed_by == "2"


@given(st.integers(0, 300), st.integers(2, 64))
def test_of_a_deep_network_some_layers_are_chosen_with_the_first_and_the_last(count, most):
    layers = [WatchedLayer(str(place), torch.nn.Identity(), "weights") for place in range(count)]

    found = [int(layer.name) for layer in chosen(layers, most)]

    assert len(found) == min(count, most)
    assert found == sorted(set(found))
    if count:
        assert (found[0], found[-1]) == (0, count - 1)
