"""Batches: each sample once, no lonely last one, the same from memory and from files."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.features import FEATURE_BATCH, FrozenPart, Wanted, compute_features
from desktop_app.engine.data.pictures import in_threads, read_pictures
from desktop_app.engine.data.sources import FromFiles, InMemory, in_batches, shuffled_batches
from desktop_app.engine.task import PictureInput


@given(st.integers(1, 200), st.integers(1, 40))
def test_batches_cover_everything_and_none_but_an_only_one_is_of_one_sample(count, size):
    batches = in_batches(torch.arange(count), size)

    assert torch.cat(batches).tolist() == list(range(count))
    assert all(len(batch) == size for batch in batches[:-1])
    assert len(batches[-1]) <= size + 1
    if size > 1 and count > 1:
        assert min(map(len, batches)) > 1


@given(st.integers(1, 100), st.integers(0, 2**32 - 1), st.integers(0, 1), st.integers(0, 1000))
def test_the_order_of_an_epoch_depends_on_its_seed_alone(count, seed, stage, epoch):
    places = torch.arange(count) * 3
    torch.rand(3)

    one = torch.cat(shuffled_batches(places, 8, (seed, stage, epoch)))
    torch.rand(3)
    other = torch.cat(shuffled_batches(places, 8, (seed, stage, epoch)))

    assert torch.equal(one, other)
    assert sorted(one.tolist()) == places.tolist()


def test_epochs_and_stages_have_orders_of_their_own():
    orders = {
        tuple(torch.cat(shuffled_batches(torch.arange(50), 8, seed)).tolist())
        for seed in [(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)]
    }

    assert len(orders) == 4


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(0)
    paths = [tmp_path / f"{place}.png" for place in range(10)]
    for path in paths:
        Image.fromarray(generator.integers(0, 256, (12, 20, 3), dtype=np.uint8)).save(path)
    return paths


def test_files_give_the_same_batches_as_memory(files):
    into = PictureInput(height=8, width=8)
    pictures = read_pictures(files, into, lambda done: None)
    batches = shuffled_batches(torch.arange(10), 4, (0, 0, 0))

    streamed = list(FromFiles(files, into, torch.device("cpu")).batches(batches))
    kept = list(InMemory(torch.from_numpy(pictures.pictures)).batches(batches))

    assert pictures.problems == {}
    assert [tuple(batch.shape) for batch in streamed] == [(4, 8, 8, 3), (4, 8, 8, 3), (2, 8, 8, 3)]
    assert all(torch.equal(one, other) for one, other in zip(streamed, kept, strict=True))


def test_what_cannot_be_read_is_told_by_place_and_the_rest_is_read(files):
    files[3].write_text("not a picture")
    progress = []

    found = read_pictures(files, PictureInput(height=8, width=8), progress.append)

    assert list(found.problems) == [3]
    assert files[3].name in found.problems[3]
    assert progress == list(range(1, 11))
    assert [place for place in range(10) if not found.pictures[place].any()] == [3]


def test_an_error_in_a_thread_reaches_the_caller_and_order_is_kept():
    assert list(in_threads(lambda number: number * 2, range(300))) == [number * 2 for number in range(300)]
    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda number: 1 // number, [1, 0, 2]))


class Scaled(torch.nn.Module):
    """Pixels as a network takes them."""

    def forward(self, raw):
        return raw.permute(0, 3, 1, 2).float() / 255


def everything(source):
    names = [str(place).encode() for place in range(len(source))]
    return Wanted(source, torch.arange(len(source)), names)


def test_features_are_what_comes_out_before_each_cut():
    torch.manual_seed(0)
    blocks = [torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU()), torch.nn.Conv2d(4, 2, 3)]
    source = InMemory(torch.randint(0, 256, (FEATURE_BATCH + 5, 8, 8, 3), dtype=torch.uint8))

    progress = []
    found = compute_features(everything(source), FrozenPart(Scaled(), blocks), [1, 2], progress.append, budget=10**9)

    middle = blocks[0](Scaled()(source.values)).detach()
    torch.testing.assert_close(found[1].values, middle)
    torch.testing.assert_close(found[2].values, blocks[1](middle).detach())
    assert progress == [FEATURE_BATCH, FEATURE_BATCH + 5]


def test_features_of_a_sample_do_not_depend_on_the_others():
    torch.manual_seed(0)
    blocks = [torch.nn.Conv2d(3, 8, 3)]
    values = torch.randint(0, 256, (70, 8, 8, 3), dtype=torch.uint8)

    def features(part):
        frozen = FrozenPart(Scaled(), blocks)
        return compute_features(everything(InMemory(part)), frozen, [1], lambda done: None, 10**9)[1].values

    assert torch.equal(features(values)[:40], features(values[:40]))


def test_features_that_do_not_fit_are_left_out():
    blocks = [torch.nn.Conv2d(3, 8, 1), torch.nn.AdaptiveAvgPool2d(1)]
    source = InMemory(torch.zeros((40, 8, 8, 3), dtype=torch.uint8))

    def computed(budget):
        return set(
            compute_features(everything(source), FrozenPart(Scaled(), blocks), [1, 2], lambda done: None, budget)
        )

    assert computed(40 * 8 * 4) == {2}
    assert computed(40 * 8 * 4 - 1) == set()
    assert computed(40 * 8 * 4 * 65) == {1, 2}


@pytest.mark.parametrize("strength", ["light", "strong"])
def test_augmentation_changes_each_picture_on_its_own_by_torchs_generator(strength):
    change = Augmentation(strength, 16, 16)
    picture = torch.randint(0, 256, (1, 16, 16, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    raw = picture.expand(6, 16, 16, 3)

    torch.manual_seed(0)
    one = change(raw)
    torch.manual_seed(0)
    again = change(raw)

    assert one.dtype == torch.uint8
    assert one.shape == raw.shape
    assert torch.equal(one, again)
    assert len({tuple(each.flatten().tolist()) for each in one}) > 1


def test_a_small_picture_is_mirrored_and_moved_by_whole_pixels_up_to_an_eighth():
    side, most = 24, 3
    picture = torch.arange(1, side * side + 1).remainder(255).add(1).to(torch.uint8).reshape(side, side, 1)
    raw = picture.repeat(1, 1, 3).expand(60, side, side, 3)
    torch.manual_seed(0)

    changed = Augmentation("light", side, side)(raw)

    padded = torch.nn.functional.pad(picture[:, :, 0], (most, most, most, most))
    moved = {}
    for mirrored in (False, True):
        shown = padded.flip(1) if mirrored else padded
        for top in range(2 * most + 1):
            for left in range(2 * most + 1):
                key = shown[top : top + side, left : left + side].numpy().tobytes()
                moved[key] = (mirrored, top, left)
    found = {moved[each[:, :, 0].contiguous().numpy().tobytes()] for each in changed}  # a KeyError: another change
    assert {mirrored for mirrored, _, _ in found} == {False, True}
    assert len({top for _, top, _ in found}) == len({left for _, _, left in found}) == 2 * most + 1


def test_a_larger_picture_is_scaled_too():
    # A step from dark to light: a picture that is only moved has no values between.
    raw = torch.zeros((8, 64, 64, 3), dtype=torch.uint8)
    raw[:, :, 32:] = 200
    torch.manual_seed(0)

    changed = Augmentation("light", 64, 64)(raw)

    assert changed.shape == raw.shape
    assert ((changed > 0) & (changed < 200)).any()
    assert (changed.amax((1, 2, 3)) == 200).all()


def test_strong_changes_colours_where_light_does_not():
    raw = torch.full((40, 24, 24, 3), 100, dtype=torch.uint8)
    torch.manual_seed(0)
    light = Augmentation("light", 24, 24)(raw)
    strong = Augmentation("strong", 24, 24)(raw)

    assert set(light.unique().tolist()) <= {0, 100}
    assert len(strong.unique()) > 10
    # Nothing pushes a small picture out of sight.
    assert (strong.float().mean((1, 2, 3)) > 5).all()
