"""Consequences stand below their causes, whatever findings there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.insight.finding import CODES, Finding
from desktop_app.window.train.findings_order import placed

findings = st.builds(
    Finding,
    code=st.sampled_from(CODES[:6]),
    severity=st.just("warning"),
    message=st.text(),
    layer=st.sampled_from(["", "a", "b"]),
    because=st.lists(st.sampled_from(CODES[:6]), max_size=3).map(tuple),
)


@given(st.lists(findings, max_size=12))
def test_every_finding_stands_once_and_after_what_it_is_below(found: list[Finding]) -> None:
    order = placed(found)
    assert sorted(id(each.finding) for each in order) == sorted(map(id, found))
    for place, each in enumerate(order):
        if each.below is not None:
            assert each.below.code in each.finding.because
            assert any(before.finding is each.below and before.depth == each.depth - 1 for before in order[:place])


def test_a_chain_is_set_in_step_by_step_and_what_is_alone_is_not() -> None:
    cause = Finding("init_mismatch", "error", "1")
    middle = Finding("vanishing_gradients", "warning", "2", because=("init_mismatch",))
    alone = Finding("small_validation", "warning", "3")
    end = Finding("underfitting", "warning", "4", because=("vanishing_gradients", "exploding_gradients"))
    order = placed([cause, middle, alone, end])
    assert [(each.finding.message, each.depth) for each in order] == [("1", 0), ("2", 1), ("4", 2), ("3", 0)]
