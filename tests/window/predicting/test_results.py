"""Whatever comes in, each filter and order shows the right ones of it, each once."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.inference.prediction import Prediction
from desktop_app.window.predicting.results import ORDERS, Filter, Results

LABELS = ("cat", "dog", "elk")


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    name = draw(st.text("abcABC1", max_size=4))
    if draw(st.integers(0, 4)) == 0:
        return Prediction(name, problem="is broken")
    probability = draw(st.floats(0, 1))
    return Prediction(name, draw(st.sampled_from(LABELS)), probability, unsure=probability < 0.5)


def filled(found: list[Prediction]) -> Results:
    results = Results(LABELS)
    for each in found:
        results.add([each])
    return results


@given(st.lists(predictions(), max_size=30), st.sampled_from(sorted(ORDERS)))
def test_every_order_shows_all_of_them_once(found: list[Prediction], order: str) -> None:
    assert sorted(filled(found).arranged(Filter(), order)) == list(range(len(found)))


@given(st.lists(predictions(), max_size=30))
def test_the_counts_are_those_of_what_is_shown(found: list[Prediction]) -> None:
    results = filled(found)
    for chosen, number in results.filters():
        assert len(results.arranged(chosen, "first")) == number
    labels = sum(number for chosen, number in results.filters() if chosen.which == "label")
    assert labels + results.unreadable == len(found)


@given(st.lists(predictions(), max_size=30))
def test_the_least_certain_come_first_and_what_has_no_answer_last(found: list[Prediction]) -> None:
    shown = [found[place] for place in filled(found).arranged(Filter(), "least sure")]
    read = [each.probability for each in shown if each.problem is None]
    assert read == sorted(read)
    assert all(each.problem is not None for each in shown[len(read) :])
    surest = [found[place].probability for place in filled(found).arranged(Filter(), "surest")]
    assert surest[: len(read)] == read[::-1]


def test_labels_are_kept_together_the_surest_first() -> None:
    found = [Prediction("1", "dog", 0.6), Prediction("2", "cat", 0.5), Prediction("3", "cat", 0.9)]
    assert filled(found).arranged(Filter(), "label") == [2, 1, 0]
    assert filled(found).arranged(Filter("label", "cat"), "newest") == [2, 1]


def test_numbers_have_orders_of_their_own() -> None:
    results = Results()
    results.add([Prediction("b", value=2.0), Prediction("a", problem="is broken"), Prediction("c", value=-1.0)])
    assert "least sure" not in results.orders
    assert results.arranged(Filter(), "smallest") == [2, 0, 1]
    assert results.arranged(Filter(), "largest") == [0, 2, 1]
    assert results.arranged(Filter(), "name") == [1, 0, 2]
