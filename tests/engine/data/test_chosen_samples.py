"""Samples are left out and relabelled by name, and the split of the others stays as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api import Samples, Table
from desktop_app.engine.data.chosen_samples import chosen_samples, take
from desktop_app.engine.data.split import split_samples
from desktop_app.engine.experiment import DataSettings, PluginChoice
from desktop_app.errors import DataError, ExperimentError


def files(labels, classes=("ant", "bee", "cow"), **more):
    names = [f"{classes[label]}/{place}.jpg" for place, label in enumerate(labels)]
    return Samples("files", names, np.array(labels, dtype=np.int64), tuple(classes), names=names, **more)


def data(**keys):
    return DataSettings(source=PluginChoice(name="image_folder"), **keys)


def names_in(samples, split):
    return [{samples.names[place] for place in part} for part in (split.training, split.validation, split.test)]


def test_without_a_choice_the_samples_are_the_very_ones():
    samples = files([0, 1, 2])

    assert chosen_samples(samples, data()) is samples


def test_samples_are_left_out_and_relabelled_by_name():
    samples = files([0, 0, 1, 1, 2], validation=[1, 4], test=[0], groups=list("vwxyz"))

    chosen = chosen_samples(samples, data(excluded=["ant/0.jpg"], relabelled=[("ant/1.jpg", "bee")]))

    assert chosen.names == ["ant/1.jpg", "bee/2.jpg", "bee/3.jpg", "cow/4.jpg"]
    assert chosen.items == chosen.names
    assert (chosen.classes, chosen.labels.tolist()) == (("bee", "cow"), [0, 0, 0, 1])  # no ant is left
    assert (chosen.validation, chosen.test, chosen.groups) == ([0, 3], [], list("wxyz"))
    assert samples.labels.tolist() == [0, 0, 1, 1, 2]


def test_rows_of_a_table_and_pictures_in_memory_are_left_out_too():
    names = ["row 1", "row 2", "row 3"]
    table = Samples("table", Table(("x",), np.array([[1.0], [2], [3]], dtype=np.float32)), np.ones(3), (), names=names)
    pictures = Samples("pictures", np.zeros((3, 2, 2, 3), np.uint8), np.array([0, 1, 0]), ("a", "b"), names=names)

    assert chosen_samples(table, data(excluded=["row 2"])).items.values.tolist() == [[1.0], [3.0]]
    assert chosen_samples(pictures, data(excluded=["row 1"])).items.shape == (2, 2, 2, 3)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"excluded": ["ant/9.jpg"]}, r'data\.excluded: the data has no sample "ant/9\.jpg".*Did you mean'),
        ({"relabelled": [("ant/9.jpg", "bee")]}, r'data\.relabelled: the data has no sample "ant/9\.jpg"'),
        ({"relabelled": [("ant/0.jpg", "bees")]}, r'data\.relabelled: there is no class "bees".*Did you mean "bee"'),
        ({"relabelled": [("ant/0.jpg", "bee"), ("ant/0.jpg", "ant")]}, r'gives "ant/0\.jpg" both "bee" and "ant"'),
    ],
)
def test_names_and_classes_that_are_not_there_are_named_with_their_key(keys, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        chosen_samples(files([0, 1]), data(**keys))


def test_leaving_everything_out_is_refused():
    with pytest.raises(DataError, match="leaves out all 2 samples"):
        chosen_samples(files([0, 1]), data(excluded=["ant/0.jpg", "bee/1.jpg"]))


def test_numbers_are_not_relabelled():
    numbers = Samples("files", ["a"], np.array([0.5], dtype=np.float32), (), names=["a"])

    with pytest.raises(ExperimentError, match=r"data\.relabelled: the answers are numbers"):
        chosen_samples(numbers, data(relabelled=[("a", "ant")]))


@given(
    st.lists(st.integers(0, 2), min_size=40, max_size=90),
    st.sets(st.integers(0, 39), max_size=4),
    st.sets(st.integers(0, 39), max_size=3),
    st.integers(0, 1000),
    st.sampled_from(["", r"(\d)\.jpg"]),
)
def test_no_other_sample_changes_sides(labels, left_out, relabelled, seed, group):
    labels = [0, 1, 2] * 8 + labels
    samples = files(labels)
    excluded = [samples.names[place] for place in sorted(left_out)]
    pairs = [(samples.names[place], "cow") for place in sorted(relabelled - left_out)]

    chosen = chosen_samples(samples, data(excluded=excluded, relabelled=pairs))

    before = names_in(samples, split_samples(samples, 0.3, 0.2, seed, group))
    after = names_in(chosen, split_samples(chosen, 0.3, 0.2, seed, group))
    assert after == [part - set(excluded) for part in before]


def test_what_cannot_be_read_moves_nothing_either():
    samples = files([0, 1, 2] * 20)
    chosen = chosen_samples(samples, data(excluded=[samples.names[3]]))

    left = take(chosen, [place for place in range(len(chosen)) if place not in (0, 10)])

    before = names_in(samples, split_samples(samples, 0.3, 0.2, 5))
    gone = {samples.names[3], chosen.names[0], chosen.names[10]}
    assert names_in(left, split_samples(left, 0.3, 0.2, 5)) == [part - gone for part in before]


def test_the_rest_is_drawn_anew_where_a_class_would_not_be_trained_on():
    samples = files([0] * 10 + [1] * 4, classes=("ant", "bee"))
    split = split_samples(samples, 0.25, 0.0, 0)
    trained = [samples.names[place] for place in split.training if samples.labels[place] == 1]

    chosen = chosen_samples(samples, data(excluded=trained))

    again = split_samples(chosen, 0.25, 0.0, 0)
    assert set(chosen.labels[again.training]) == {0, 1}
