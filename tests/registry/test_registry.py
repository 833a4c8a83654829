"""Names lead to contributions; a wrong one leads to the nearest."""

import pytest
from torch.nn import ReLU

from desktop_app.api import Activation, PluginError
from desktop_app.api.contributions import KINDS
from desktop_app.registry import Registry
from desktop_app.registry.registry import Shelf


def test_there_is_a_shelf_for_every_kind(registry: Registry) -> None:
    assert [registry.shelf(kind.KIND).kind for kind in KINDS] == list(KINDS)


def test_a_wrong_name_is_answered_with_those_there_are_and_the_nearest() -> None:
    shelf = Shelf(Activation)
    for name in ("relu", "gelu", "tanh"):
        shelf.add(Activation(name, ReLU))

    with pytest.raises(PluginError) as caught:
        shelf["rellu"]

    assert str(caught.value) == ('there is no activation "rellu". Installed: gelu, relu, tanh. Did you mean "relu"?')


def test_an_empty_shelf_says_so() -> None:
    with pytest.raises(PluginError, match=r"Installed: none\.$"):
        Shelf(Activation)["relu"]


def test_a_full_shelf_names_a_dozen() -> None:
    shelf = Shelf(Activation)
    for number in range(30):
        shelf.add(Activation(f"a{number:02}", ReLU))

    with pytest.raises(PluginError, match=r"a00, .*, a11 and 18 more"):
        shelf["zzz"]


def test_shelves_keep_the_order_in_which_plugins_were_found() -> None:
    shelf = Shelf(Activation)
    for name in ("b", "a", "c"):
        shelf.add(Activation(name, ReLU))

    assert list(shelf) == ["b", "a", "c"]
    assert len(shelf) == 3
    assert shelf.get("d") is None
    assert shelf.get("a") is shelf["a"]


def test_the_registry_makes_what_the_python_api_promises(registry: Registry) -> None:
    import torch

    weight = torch.nn.Parameter(torch.zeros(3, 3))

    assert isinstance(registry.optimizers["adam"].create([weight], lr=0.01), torch.optim.Optimizer)
    assert isinstance(registry.activations["relu"].create(), torch.nn.Module)
    registry.initializers["he"].apply(weight, distribution="normal")
    assert weight.abs().min() > 0
