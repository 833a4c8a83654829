"""Units that are dead or saturated look after look, and not those that rest on one batch."""

import pytest
from evidence_by_hand import evidence_by_hand, layer_facts

from desktop_app.engine.insight.rules.units import dead_units, saturated_units

LAYERS = layer_facts("a", "b", "c")


def shares(quantity, **layers):
    return evidence_by_hand(
        {f"{quantity}/{name}.activation": dict(enumerate(values, start=1)) for name, values in layers.items()},
        {"training.optimizer.lr": 0.1, "model.normalization": "none", "model.kind": "mlp"},
        layers=LAYERS,
    )


def test_the_layer_with_most_dead_units_stands_for_the_others():
    (found,) = dead_units(shares("dead_share", a=[0.0, 0.7, 0.7, 0.8], b=[0.1, 0.9, 0.95, 0.95]))

    assert (found.code, found.severity, found.layer) == ("dead_units", "warning", "b.activation")
    assert "95%" in found.message
    assert "1 more layer" in found.message
    assert found.changes == {"training.optimizer.lr": 0.001}
    assert "leaky_relu" in found.advice
    assert found.exhibits[0].series == ("dead_share/a.activation", "dead_share/b.activation")


@pytest.mark.parametrize(
    ("looks", "is_found"),
    [([0.7], False), ([0.7, 0.7], True), ([0.6, 0.6, 0.6], False), ([0.0, 0.9, 0.1], False), ([0.9, 0.9, 0.0], True)],
)
def test_units_are_dead_where_most_are_at_two_looks_and_more(looks, is_found):
    assert bool(list(dead_units(shares("dead_share", a=looks)))) is is_found


def test_units_that_came_back_are_alive():
    assert list(dead_units(shares("dead_share", a=[0.9, 0.9, 0.2, 0.1, 0.1]))) == []


def test_units_that_were_dead_from_the_start_want_other_weights():
    (found,) = dead_units(shares("dead_share", a=[0.9, 0.9, 0.9]))

    assert not {"training.optimizer.lr"} & set(found.changes)
    assert any(key.startswith("model.") for key in found.changes)


@pytest.mark.parametrize(("share", "is_found"), [(0.41, True), (0.4, False)])
def test_units_at_a_bound_are_saturated_where_two_fifths_are(share, is_found):
    found = list(saturated_units(shares("saturated_share", a=[0.02, share, share, share])))

    assert bool(found) is is_found
    if found:
        assert "since the first steps" in found[0].message
        assert found[0].changes == {"training.optimizer.lr": 0.001}


def test_units_that_begin_at_a_bound_want_other_weights():
    (found,) = saturated_units(shares("saturated_share", a=[0.8, 0.8, 0.8]))

    assert "from the start" in found.message
    assert any(key.startswith("model.") for key in found.changes)


def test_a_run_without_such_measures_is_left_alone():
    assert not [*dead_units(evidence_by_hand({})), *saturated_units(evidence_by_hand({}))]
