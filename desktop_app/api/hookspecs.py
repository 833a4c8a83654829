"""Every hook there is: the whole seam between Downslope and a plugin.

All of them are called once when plugins are loaded, on the thread that loads them (in the window: a thread behind it),
with no arguments. Return one contribution or an iterable of them. A hook that raises, and a name that is already taken,
take away this plugin alone: it is listed with the reason, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.api.contributions import (
    Activation,
    Backbone,
    DataSource,
    Initializer,
    Network,
    Normalization,
    Optimizer,
    Schedule,
    Tracker,
)
from desktop_app.api.markers import hookspec


@hookspec
def register_initializers() -> Initializer | Iterable[Initializer]:
    """Return ways of filling a weight tensor in place: ``Initializer("mine", torch.nn.init.xavier_normal_)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_activations() -> Activation | Iterable[Activation]:
    """Return activation functions: ``Activation("relu", torch.nn.ReLU)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_normalizations() -> Normalization | Iterable[Normalization]:
    """Return normalizations: ``Normalization("mine", factory)`` with ``factory(features, dimensions)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_optimizers() -> Optimizer | Iterable[Optimizer]:
    """Return update rules: ``Optimizer("lion", Lion)`` with ``Lion(params, lr=1e-4)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_schedules() -> Schedule | Iterable[Schedule]:
    """Return courses of the learning rate: ``Schedule("mine", factory)`` with ``factory(optimizer, total_steps)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_networks() -> Network | Iterable[Network]:
    """Return networks: ``Network("mlp", Mlp)`` with ``Mlp(input_shape, outputs, parts)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_backbones() -> Backbone | Iterable[Backbone]:
    """Return pretrained networks: ``Backbone("mine", factory)`` with ``factory(weights)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_data_sources() -> DataSource | Iterable[DataSource]:
    """Return ways of reading data: ``DataSource("mine", load)`` with ``load(folder)``."""
    raise AssertionError("a specification is never called")


@hookspec
def register_trackers() -> Tracker | Iterable[Tracker]:
    """Return what follows a training: ``Tracker("mine", factory)`` with ``factory()`` and methods of ``RunTracker``."""
    raise AssertionError("a specification is never called")
