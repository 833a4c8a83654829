"""When instruments look, and that they keep within their budget. All seconds are made up."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.sampling import (
    EARLY_STEPS,
    SCALARS_A_HISTOGRAM,
    SHARE,
    SHORTEST_GAP_SECONDS,
    WHILE_IN_DEBT,
    Sampling,
)


def trained(sampling, steps, step_seconds, cost, histogram_cost=0.0, steps_in_epoch=50, begin=0):
    """Take steps that take ``step_seconds`` each, and looks; returns the looks by step, and all seconds."""
    seconds = 0.0
    looks = {}
    sampling.begin_stage(begin, seconds)
    for step in range(begin + 1, begin + steps + 1):
        look = sampling.look(step, seconds) if sampling.is_due(step, -step % steps_in_epoch) else None
        seconds += step_seconds
        if look is not None:
            paid = cost + (histogram_cost if look.histograms else 0.0)
            seconds += paid
            looks[step] = look
            sampling.looked(step, look, paid, seconds)
    return looks, seconds


def test_the_first_steps_of_a_stage_are_looked_at_whatever_it_costs():
    looks, _ = trained(Sampling(), 100, step_seconds=0.001, cost=1.0)

    assert list(looks) == list(EARLY_STEPS)


@given(
    step_seconds=st.floats(1e-4, 0.5),
    cost=st.floats(1e-5, 0.5),
    histogram_cost=st.floats(0.0, 0.5),
    steps_in_epoch=st.integers(1, 300),
)
def test_after_the_early_ones_no_look_is_taken_that_cannot_be_paid_for(
    step_seconds, cost, histogram_cost, steps_in_epoch
):
    sampling = Sampling()
    later = seconds = 0.0
    sampling.begin_stage(0, seconds)
    for step in range(1, 800):
        look = sampling.look(step, seconds) if sampling.is_due(step, -step % steps_in_epoch) else None
        seconds += step_seconds
        if look is None:
            continue
        paid = cost + (histogram_cost if look.histograms else 0.0)
        if step not in EARLY_STEPS:
            before = seconds - step_seconds
            dearest = cost + histogram_cost
            is_free_of_debt = sampling.spent + paid <= SHARE * before + dearest
            assert is_free_of_debt or later + paid <= WHILE_IN_DEBT * SHARE * before + dearest
            later += paid
        seconds += paid
        sampling.looked(step, look, paid, seconds)


def test_a_long_training_pays_no_more_than_its_share_and_makes_use_of_it():
    sampling = Sampling()

    looks, seconds = trained(sampling, 30_000, step_seconds=0.002, cost=0.02)

    assert 0.8 * SHARE < sampling.spent / seconds <= SHARE
    assert len(looks) > 30


def test_a_training_whose_early_looks_were_dear_is_looked_at_again_before_they_are_paid_off():
    sampling = Sampling()

    looks, _ = trained(sampling, 2000, step_seconds=0.002, cost=0.002, histogram_cost=0.2)

    soon = [step for step in looks if EARLY_STEPS[-1] < step < 500]
    assert len(soon) > 2
    assert sampling.spent > SHARE * 500 * 0.002


def test_looks_that_cost_nothing_still_keep_apart():
    looks, seconds = trained(Sampling(), 5000, step_seconds=0.01, cost=0.0)

    later = [step for step in looks if step > EARLY_STEPS[-1]]
    shortest = min(after - before for before, after in pairwise(later))
    assert shortest * 0.01 > 0.4 * SHORTEST_GAP_SECONDS
    assert len(looks) < seconds / SHORTEST_GAP_SECONDS * 2 + len(EARLY_STEPS)


def test_where_an_epoch_ends_soon_its_last_step_is_looked_at():
    looks, _ = trained(Sampling(), 4000, step_seconds=0.01, cost=0.02, steps_in_epoch=60)

    later = [step for step in looks if step > 120]
    assert len(later) > 20
    assert sum(step % 60 == 0 for step in later) > len(later) / 2


def test_a_batch_that_is_not_whole_is_not_looked_at():
    sampling = Sampling()
    sampling.begin_stage(0, 0.0)

    assert not sampling.is_due(1, left_in_epoch=-1)
    assert sampling.is_due(2, left_in_epoch=5)


def test_histograms_are_taken_less_often():
    looks, _ = trained(Sampling(), 20_000, step_seconds=0.01, cost=0.001, histogram_cost=0.002)

    kinds = [look.histograms for look in looks.values()]
    assert kinds[0]
    assert 0 < sum(kinds) <= len(kinds) / SCALARS_A_HISTOGRAM + 1


def test_histograms_come_again_where_looks_take_all_that_they_may():
    sampling = Sampling()

    looks, seconds = trained(sampling, 30_000, step_seconds=0.002, cost=0.01, histogram_cost=0.01)

    kinds = [look.histograms for look in looks.values()]
    assert sum(kinds) >= len(kinds) // (SCALARS_A_HISTOGRAM + 1)
    assert sampling.spent <= SHARE * seconds + 0.01


def test_histograms_that_are_dear_take_no_more_than_half():
    looks, _ = trained(Sampling(), 50_000, step_seconds=0.01, cost=0.002, histogram_cost=0.1)

    kinds = [look.histograms for look in looks.values()]
    assert sum(kinds) > 1
    assert sum(kinds) * 0.102 < 0.002 * kinds.count(False) + 0.102


def test_a_stage_that_is_gone_on_with_is_looked_at_at_once_and_has_no_early_steps():
    looks, _ = trained(Sampling(), 50, step_seconds=0.001, cost=1.0, begin=500)

    assert list(looks) == [501]


def test_a_new_stage_has_its_own_early_steps():
    sampling = Sampling()
    trained(sampling, 300, step_seconds=0.001, cost=0.5)

    looks, _ = trained(sampling, 100, step_seconds=0.001, cost=0.5)

    assert list(looks) == list(EARLY_STEPS)
