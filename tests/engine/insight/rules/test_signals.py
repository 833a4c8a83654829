"""Signals and gradients through the layers: told where they fade or blow up, and not where they keep their size."""

import numpy as np
import pytest
from evidence_by_hand import evidence_by_hand, layer_facts
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.rules.signals import exploding_gradients, init_mismatch, vanishing_gradients

NAMES = tuple("abcdefg")
FLAT = [1.0] * 7
PLAIN = {"model.normalization": "none", "model.kind": "mlp"}


def watched(spreads=FLAT, gradients=FLAT, steps=(1, 4, 16), losses=2.3, **more):
    """Return series of seven layers, the same at each look, with activations of spread one."""
    series = {"train_loss": [losses] * 60, "gradient_norm": dict.fromkeys(steps, float(np.linalg.norm(gradients)))}
    for name, spread, gradient in zip(NAMES, spreads, gradients, strict=True):
        series[f"output_std/{name}"] = dict.fromkeys(steps, spread)
        series[f"gradient_norm/{name}"] = dict.fromkeys(steps, gradient)
        series[f"weight_norm/{name}"] = dict.fromkeys(steps, 1.0)
        series[f"update_ratio/{name}"] = dict.fromkeys(steps, 0.001 * gradient)
        series[f"activation_mean/{name}.activation"] = dict.fromkeys(steps, 0.0)
        series[f"activation_std/{name}.activation"] = dict.fromkeys(steps, 1.0)
    return {**series, **more}


def by_hand(series, experiment=PLAIN, normalization="", **facts):
    facts = {"constant_loss": 2.3, "layers": layer_facts(*NAMES, normalization=normalization), **facts}
    return evidence_by_hand(series, experiment, **facts)


def powers(factor, count=7):
    return [factor**place for place in range(count)]


def test_a_network_that_keeps_its_signals_is_left_alone():
    evidence = by_hand(watched())

    assert not [*init_mismatch(evidence), *vanishing_gradients(evidence), *exploding_gradients(evidence)]


@pytest.mark.parametrize(("factor", "is_found"), [(0.49, True), (0.52, False), (1.95, False), (2.05, True)])
def test_a_signal_that_changes_thirtyfold_through_the_hidden_layers_does_not_fit(factor, is_found):
    """Six hidden layers: the input's spread of one comes first, and the fifth power of the factor last."""
    found = list(init_mismatch(by_hand(watched(spreads=powers(factor)))))

    assert bool(found) is is_found
    if found:
        assert found[0].layer == "f"
        assert ("grows" if factor > 1 else "shrinks") in found[0].message
        assert found[0].exhibits[0].series[0] == "output_std/a"
        assert (found[0].exhibits[0].first_step, found[0].exhibits[0].last_step) == (1, 1)


def test_xavier_before_relu_is_mended_by_he():
    experiment = {**PLAIN, "model.initializer": "xavier"}

    (found,) = init_mismatch(by_hand(watched(spreads=powers(0.49)), experiment))

    assert found.changes == {"model.initializer": "he"}
    assert found.button == "Train with He"
    assert "xavier and relu" in found.message


def test_sigmoid_which_no_initializer_suits_is_mended_by_normalization():
    experiment = {**PLAIN, "model.activation": "sigmoid", "model.initializer": "xavier"}

    (found,) = init_mismatch(by_hand(watched(gradients=powers(4.0)), experiment))

    assert "the gradient shrinks 1,024-fold on its way back" in found.message
    assert found.changes == {"model.normalization": "batch_norm"}


def test_small_batches_get_the_norm_that_looks_at_one_sample_at_a_time():
    experiment = {**PLAIN, "model.activation": "sigmoid", "training.batch_size": 4}

    (found,) = init_mismatch(by_hand(watched(gradients=powers(4.0)), experiment))

    assert found.changes == {"model.normalization": "layer_norm"}


def test_answers_that_begin_far_out_are_told_by_the_first_loss():
    far, near = by_hand(watched(losses=25.0)), by_hand(watched(losses=22.0))

    (found,) = init_mismatch(far)

    assert "11 times that of an answer which is always the same" in found.message
    assert list(init_mismatch(near)) == []


def test_between_norms_a_signal_may_change_as_it_likes_and_later_looks_say_nothing_of_the_beginning():
    fading = powers(0.3)

    assert not list(init_mismatch(by_hand(watched(spreads=fading), normalization="BatchNorm1d")))
    assert not list(init_mismatch(by_hand(watched(spreads=fading, steps=(4, 16)))))


def test_gradients_that_vanish_towards_the_input_name_the_first_layer():
    (found,) = vanishing_gradients(by_hand(watched(gradients=powers(4.0))))

    assert (found.code, found.severity, found.layer) == ("vanishing_gradients", "warning", "a")
    assert "4,096-fold" in found.message
    assert "gradient_norm/a" in found.exhibits[0].series


@pytest.mark.parametrize(("factor", "is_found"), [(2.2, True), (2.1, False)])
def test_a_hundredth_is_where_a_gradient_has_vanished(factor, is_found):
    assert bool(list(vanishing_gradients(by_hand(watched(gradients=powers(factor)))))) is is_found


def test_a_weight_decay_that_takes_the_weights_is_told_as_what_makes_gradients_vanish():
    settings = {"training.optimizer": {"name": "sgd", "weight_decay": 0.5}}

    (found,) = vanishing_gradients(by_hand(watched(gradients=powers(4.0)), settings))

    assert "for a weight decay of 0.5 draws its weights to zero" in found.message
    assert found.changes == {"training.optimizer.weight_decay": 0.0001}


def test_small_gradients_are_well_where_the_network_learns_all_the_same():
    series = watched(gradients=powers(4.0))

    assert not list(vanishing_gradients(by_hand({**series, "train_loss": [2.3, *[0.5] * 60]})))
    assert not list(vanishing_gradients(by_hand({**series, "train_accuracy": {60: 0.95}})))


def test_two_layers_and_gradients_of_nothing_say_nothing():
    series = watched(gradients=[1e-6, 1.0, 0, 0, 0, 0, 0])
    two = evidence_by_hand(series, PLAIN, layers=layer_facts("a", "b"), constant_loss=2.3)

    assert list(vanishing_gradients(two)) == []
    assert list(vanishing_gradients(by_hand(watched(gradients=[0.0] * 7)))) == []


@pytest.mark.parametrize(
    ("norms", "is_found"),
    [
        ([1.0, 2.0, 101.0], True),
        ([1.1, 2.0, 105.0], False),
        ([90.0, 101.0, 102.0], True),
        ([90.0, 99.0, 102.0], False),
        ([1.0, np.inf, 1.0], True),
    ],
)
def test_gradients_explode_where_they_grow_a_hundredfold_or_are_large_throughout(norms, is_found):
    series = watched(gradient_norm=dict(zip((1, 4, 16), norms, strict=True)))

    assert bool(list(exploding_gradients(by_hand(series)))) is is_found


def test_a_sudden_growth_is_mended_by_clipping_and_a_large_start_by_other_weights():
    grown = by_hand(watched(gradient_norm={1: 1.0, 4: 500.0}))
    large = by_hand(
        watched(gradient_norm={1: 800.0, 4: 700.0}), {**PLAIN, "model.initializer": {"name": "orthogonal", "gain": 4.0}}
    )

    assert [each.changes for each in exploding_gradients(grown)] == [{"training.clip_gradient": 1.0}]
    assert [each.changes for each in exploding_gradients(large)] == [{"model.initializer": "he"}]


def test_gradients_that_grow_from_layer_to_layer_explode_at_the_first():
    (found,) = exploding_gradients(by_hand(watched(gradients=powers(0.5))))

    assert found.layer == "a"
    assert "64-fold" in found.message
    assert list(exploding_gradients(by_hand(watched(gradients=powers(0.53))))) == []


def test_a_loss_that_grew_a_thousandfold_took_its_gradients_along():
    leapt = watched(train_loss=[2.3, 40.0, 2400.0])

    (found,) = exploding_gradients(by_hand(leapt))

    assert found.exhibits[0].series == ("train_loss", "gradient_norm")
    assert not list(exploding_gradients(by_hand({**leapt, "train_loss": [2.3, 40.0, 2200.0]})))


def test_without_instruments_nothing_is_said_of_layers():
    evidence = evidence_by_hand({"train_loss": [2.3] * 60})

    assert not [*init_mismatch(evidence), *vanishing_gradients(evidence), *exploding_gradients(evidence)]


@given(
    spreads=st.lists(st.floats(0.3, 3.0), min_size=7, max_size=7),
    gradients=st.lists(st.floats(0.3, 3.0), min_size=7, max_size=7),
    steps=st.sampled_from([(1,), (1, 4), (4, 16), (1, 4, 16, 40)]),
)
def test_layers_whose_sizes_differ_as_in_healthy_networks_raise_no_alarm(spreads, gradients, steps):
    evidence = by_hand(watched(spreads, gradients, steps))

    assert not [*init_mismatch(evidence), *vanishing_gradients(evidence), *exploding_gradients(evidence)]
