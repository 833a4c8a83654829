"""What the tests of network plugins build with: the parts of a real experiment."""

from collections.abc import Callable
from typing import Any

import pytest

from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.registry import Registry


@pytest.fixture(scope="session")
def make_parts(registry: Registry) -> Callable[..., ChosenParts]:
    """Return a maker of parts from keys of ``[model]``."""

    def make(**model: Any) -> ChosenParts:
        return ChosenParts(ModelSettings.model_validate(model), registry)

    return make
