"""Consequences name their causes, come after them, and are never graver."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.causes import CAUSES, tie
from desktop_app.engine.insight.finding import CODES, SEVERITIES, Finding

findings = st.lists(
    st.builds(Finding, st.sampled_from(CODES), st.sampled_from(SEVERITIES), st.just("Something is wrong.")), max_size=12
)


def test_a_chain_of_findings_is_told_from_its_beginning():
    chain = ["dead_units", "non_finite", "exploding_gradients", "learning_rate_too_high"]

    tied = tie(Finding(code, "error", "It is so.") for code in chain)  # type: ignore[arg-type]

    assert [(each.code, each.severity, each.because) for each in tied] == [
        ("learning_rate_too_high", "error", ()),
        ("exploding_gradients", "warning", ("learning_rate_too_high",)),
        ("dead_units", "warning", ("learning_rate_too_high", "exploding_gradients")),
        ("non_finite", "warning", ("learning_rate_too_high", "exploding_gradients")),
    ]
    assert {each.message for each in tied} == {"It is so."}


def test_initial_weights_make_gradients_vanish_and_those_make_steps_small():
    codes = ["constant_predictor", "learning_rate_too_low", "vanishing_gradients", "init_mismatch"]

    tied = {each.code: each for each in tie(Finding(code, "warning", "") for code in codes)}  # type: ignore[arg-type]

    assert tied["init_mismatch"].because == ()
    assert tied["vanishing_gradients"].because == ("init_mismatch",)
    assert set(tied["learning_rate_too_low"].because) == {"init_mismatch", "vanishing_gradients"}
    assert set(tied["constant_predictor"].because) == set(codes[1:])


def test_what_is_only_noted_is_no_cause_of_anything_grave():
    tied = tie([Finding("constant_predictor", "error", ""), Finding("small_batch_norm", "note", "")])

    assert [(each.code, each.severity, each.because) for each in tied] == [
        ("constant_predictor", "error", ()),
        ("small_batch_norm", "note", ()),
    ]


@given(findings)
def test_causes_come_first_and_are_at_least_as_grave(found):
    tied = tie(found)

    assert sorted(each.code for each in tied) == sorted(each.code for each in found)
    ranks = [SEVERITIES.index(each.severity) for each in tied]
    assert ranks == sorted(ranks)
    for place, each in enumerate(tied):
        assert set(each.because) <= {earlier.code for earlier in tied[:place]}
        assert not each.because or each.severity != "error"


@given(st.sampled_from(CODES))
def test_nothing_is_a_cause_of_itself(code):
    seen, ahead = set(), set(CAUSES.get(code, ()))
    while ahead:
        seen |= ahead
        ahead = {further for each in ahead for further in CAUSES.get(each, ())} - seen

    assert code not in seen
