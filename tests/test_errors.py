"""Sentences that people read, and the nearest name to the one they wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app import errors
from desktop_app.errors import DownslopeError, ExperimentError, did_you_mean, nearest


def test_every_error_is_shown_as_its_sentence() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    assert len(kinds) == 8
    assert all(issubclass(kind, DownslopeError) for kind in kinds)


def test_an_experiments_error_begins_with_its_key() -> None:
    assert str(ExperimentError("data.path", "must be given.")) == "data.path: must be given."
    assert ExperimentError("data.path", "must be given.").key == "data.path"
    assert str(ExperimentError("", "The file is gone.")) == "The file is gone."


@pytest.mark.parametrize(
    ("written", "meant"),
    [("adma", "adam"), ("ADAM", "adam"), ("Lyon", "lion"), ("sdg", "sgd"), ("zzzzz", None), ("", None)],
)
def test_the_nearest_name_is_found(written: str, meant: str | None) -> None:
    assert nearest(written, ["adam", "lion", "sgd"]) == meant
    assert did_you_mean(written, ["adam", "lion", "sgd"]) == (f' Did you mean "{meant}"?' if meant else "")


@given(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=5))
def test_only_a_known_name_is_ever_meant(written: str, known: list[str]) -> None:
    found = nearest(written, known)

    assert found is None or found in known
    if written and written in known:
        assert found is not None
        assert found.lower() == written.lower()
