from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.presets import MANAGED, PRESETS, Facts, PresetName, choose, recognise

FEW = Facts(pictures=180, smallest=25, largest=54, layers=49, accelerator=False)

facts = st.builds(
    lambda pictures, share, layers, accelerator: Facts(
        pictures, max(0, int(pictures * share) // 2), max(1, pictures // 2), layers, accelerator
    ),
    st.integers(2, 1_000_000),
    st.floats(0, 1),
    st.integers(1, 300),
    st.booleans(),
)


@given(facts, st.sampled_from(PRESETS))
def test_every_preset_is_an_experiment_that_can_be_read_and_is_recognised(facts: Facts, name: PresetName) -> None:
    preset = choose(name, facts)
    experiment = Experiment.from_dict({"data": {"source": "image_folder", "path": "x"}})
    for key, value in preset.values.items():
        assert key in MANAGED
        experiment = experiment.with_value(key, value)

    assert recognise(preset.values, facts) == name
    assert all(decision.what and decision.how and decision.why for decision in preset.decisions)
    tuning = experiment.fine_tuning
    assert tuning is None or 1 <= tuning.unfreeze_last <= facts.layers


def test_fast_is_what_an_experiment_file_does_that_sets_nothing() -> None:
    assert dict(choose("fast", FEW).values) == {}


def test_few_pictures_are_fine_tuned_longer_and_seen_from_more_sides() -> None:
    few, many = choose("best", FEW).values, choose("best", replace(FEW, pictures=50_000, accelerator=True)).values

    assert few["fine_tuning"]["epochs"] > many["fine_tuning"]["epochs"]
    assert (few["data.views"], "data.views" in many) == (8, False)


def test_a_processor_does_not_fine_tune_on_more_pictures_than_it_can_and_says_why() -> None:
    many = replace(FEW, pictures=60_000)
    preset = choose("balanced", many)

    assert "fine_tuning" not in preset.values
    assert any(decision.how == "none" and "60,000" in decision.why for decision in preset.decisions)
    assert "fine_tuning" in choose("balanced", replace(many, accelerator=True)).values


@pytest.mark.parametrize(("largest", "weighted"), [(75, False), (76, True)])
def test_rare_classes_weigh_more_from_one_in_three_on(largest: int, weighted: bool) -> None:
    values = choose("balanced", replace(FEW, largest=largest)).values

    assert values.get("data.balance") == ("weights" if weighted else None)


def test_what_somebody_changed_is_no_preset() -> None:
    values = dict(choose("balanced", FEW).values)

    assert recognise({**values, "model.dropout": 0.4}, FEW) is None
