"""What an export says of how far it is."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.export.progress import phase, within

SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES, SHARES)
def test_parts_that_follow_one_another_never_step_back(one, other, middle, share):
    begin, end = sorted((one, other))
    said = []

    first, second = (
        phase(within(lambda name, done: said.append((name, done)), begin, end), name, *part)
        for name, part in (("writing", (0.0, middle)), ("comparing", (middle, 1.0)))
    )
    for tell in (first, second):
        for done in (0.0, share, 1.0):
            tell(done)

    assert [name for name, _ in said] == ["writing"] * 3 + ["comparing"] * 3
    # Both meet at the same number, and the whole begins and ends where it should, to the last bit.
    assert (said[0][1], said[-1][1]) == (begin, end)
    assert said[2][1] == said[3][1]
