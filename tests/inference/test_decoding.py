"""Pictures are decoded ahead of the model, in order, and never more of them than memory is meant to hold."""

import threading

import numpy as np
import pytest
from PIL import Image

from desktop_app.inference import decoding
from desktop_app.inference.answer import Prediction
from desktop_app.inference.decoding import DecodedAhead
from desktop_app.inference.metadata import Resize


@pytest.fixture
def pictures(tmp_path):
    for place in range(23):
        Image.new("RGB", (12, 10), (place, place, place)).save(tmp_path / f"{place:02}.png")
    return sorted(tmp_path.iterdir())


@pytest.mark.parametrize("inside", [False, True])
def test_batches_come_in_order_with_what_stands_in_between(pictures, inside):
    between = Prediction("void", problem="holds no pictures")
    found = []
    with DecodedAhead([*pictures[:5], between, *pictures[5:]], Resize((4, 4), inside=inside), 4) as ahead:
        while batch := ahead.take():
            assert len(batch) <= 4
            found += batch
    assert [entry for entry, _ in found] == [*pictures[:5], between, *pictures[5:]]
    values = [content[0, 0, 0] for _, content in found if isinstance(content, np.ndarray)]
    assert values == list(range(23))
    assert found[0][1].shape == ((10, 12, 3) if inside else (4, 4, 3))
    assert found[5][1] is between


def test_while_a_batch_is_used_the_next_one_is_decoded_and_no_more(pictures, monkeypatch):
    taken: list[object] = []
    everything = threading.Event()

    def decoded(path, resize):
        taken.append(path)
        if len(taken) == 8:
            everything.set()
        return np.zeros((4, 4, 3), np.uint8)

    monkeypatch.setattr(decoding, "_decoded", decoded)
    with DecodedAhead(pictures, Resize((4, 4)), 4) as ahead:
        ahead.take()
        assert everything.wait(10)
        assert len(taken) == 8
        ahead.take()
    assert len(taken) <= 12


def test_of_whole_pictures_no_more_are_in_memory_than_there_are_decoders(pictures, monkeypatch):
    monkeypatch.setattr(decoding, "_MOST_WHOLE_PIXELS", 12 * 10 * 3)
    with DecodedAhead(pictures, Resize((4, 4), inside=True), 16) as ahead:
        sizes = []
        while batch := ahead.take():
            sizes.append(len(batch))
            assert len(ahead._waiting) <= 4
    assert sizes == [3] * 7 + [2]
