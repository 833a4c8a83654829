from __future__ import annotations

import pytest

from desktop_app.engine.experiment import DataSettings, FineTuningSettings, ModelSettings, TrainingSettings
from desktop_app.window.forms.settings_parameters import section_parameters


@pytest.mark.parametrize(
    ("section", "name", "kind", "default", "optional"),
    [
        (TrainingSettings, "epochs", "integer", 10, False),
        (TrainingSettings, "precision", "choice", "auto", False),
        (TrainingSettings, "clip_gradient", "number", 0.0, False),
        (DataSettings, "image_size", "integer", None, True),
        (DataSettings, "columns", "list", (), False),
        (DataSettings, "path", "text", "", False),
        (ModelSettings, "freeze", "switch", None, True),
        (ModelSettings, "pooling", "choice", None, True),
        (FineTuningSettings, "unfreeze_last", "integer", 3, False),
    ],
)
def test_a_setting_becomes_a_parameter(section: type, name: str, kind: str, default: object, optional: bool) -> None:
    [parameter] = section_parameters(section, [name])
    assert (parameter.kind, parameter.default, parameter.optional) == (kind, default, optional)
    assert parameter.help


def test_a_choice_offers_what_the_setting_allows() -> None:
    [parameter] = section_parameters(DataSettings, ["augment"])
    assert parameter.choices == ("none", "light", "strong")


def test_bounds_of_a_setting_become_a_range() -> None:
    [parameter] = section_parameters(TrainingSettings, ["epochs"])
    assert parameter.range is not None
    assert (parameter.range.low, parameter.range.high) == (1, 1_000_000)
