"""Resizing inside the graph gives the pixels that Pillow gives for training."""

import io

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from desktop_app.engine.export.resizing import Resizing
from desktop_app.engine.task import PictureInput
from desktop_app.reading.pictures import fit_picture

RULES = ("crop", "stretch", "pad")
SMOOTH = ("bilinear", "bicubic")
SIDE = st.integers(1, 90)


def random_picture(height, width, seed=0):
    # Black and white dots are the hardest: every mean overshoots, and is clipped between the two passes.
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return np.where(values % 3 == 0, values, (values > 127) * np.uint8(255)).astype(np.uint8)


def resized(picture, to, rule, interpolation):
    resizing = Resizing(PictureInput(height=to[0], width=to[1], rule=rule, interpolation=interpolation))
    answer = resizing(torch.from_numpy(picture).permute(2, 0, 1)[None])
    assert answer.dtype == torch.float32
    return answer[0].permute(1, 2, 0).numpy()


@given(
    height=SIDE,
    width=SIDE,
    to=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    rule=st.sampled_from(RULES),
    interpolation=st.sampled_from(SMOOTH),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=150)
def test_a_picture_of_any_size_becomes_what_it_was_in_training(height, width, to, rule, interpolation, seed):
    picture = random_picture(height, width, seed)

    wanted = fit_picture(Image.fromarray(picture), to, rule, interpolation).astype(np.float32)
    found = resized(picture, to, rule, interpolation)

    assert np.array_equal(found, found.round())
    assert np.abs(found - wanted).max() <= 1.0


@given(
    height=SIDE,
    width=SIDE,
    to=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    rule=st.sampled_from(RULES),
)
@settings(max_examples=100)
def test_the_nearest_pixels_are_the_same_ones(height, width, to, rule):
    picture = random_picture(height, width)

    wanted = fit_picture(Image.fromarray(picture), to, rule, "nearest")

    assert np.array_equal(resized(picture, to, rule, "nearest"), wanted)


@pytest.mark.parametrize("interpolation", SMOOTH)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [(400, 90), (90, 400), (300, 300)])
def test_few_pixels_are_a_step_away_whichever_side_is_longer(size, rule, interpolation):
    picture = random_picture(*size)

    wanted = fit_picture(Image.fromarray(picture), (64, 64), rule, interpolation)
    found = resized(picture, (64, 64), rule, interpolation)

    assert (found != wanted).mean() < 0.02


@pytest.mark.parametrize("size", [(1, 10_000), (10_000, 1), (1, 1)])
@pytest.mark.parametrize("rule", RULES)
def test_strips_of_one_pixel_are_resized_too(size, rule):
    picture = random_picture(*size)

    wanted = fit_picture(Image.fromarray(picture), (32, 24), rule, "bicubic")

    assert np.abs(resized(picture, (32, 24), rule, "bicubic") - wanted).max() <= 1.0


def test_a_picture_of_the_right_size_stays_as_it_is():
    picture = random_picture(32, 32)

    for rule in RULES:
        for interpolation in (*SMOOTH, "nearest"):
            assert np.array_equal(resized(picture, (32, 32), rule, interpolation), picture)


def test_each_picture_of_a_batch_is_resized_alone():
    pictures = np.stack([random_picture(50, 70, seed) for seed in range(3)])
    resizing = Resizing(PictureInput(height=16, width=16))

    together = resizing(torch.from_numpy(pictures).permute(0, 3, 1, 2))

    for picture, found in zip(pictures, together, strict=True):
        assert np.array_equal(found.permute(1, 2, 0), resized(picture, (16, 16), "crop", "bilinear"))


@pytest.mark.parametrize(("rule", "interpolation"), [("crop", "bilinear"), ("pad", "bicubic"), ("crop", "nearest")])
def test_one_graph_takes_pictures_of_every_size(rule, interpolation):
    resizing = Resizing(PictureInput(height=16, width=20, rule=rule, interpolation=interpolation)).eval()
    free = dict.fromkeys((0, 2, 3), torch.export.Dim.DYNAMIC)
    example = (torch.zeros((2, 3, 37, 53), dtype=torch.uint8),)
    program = torch.onnx.export(resizing, example, dynamo=True, dynamic_shapes=(free,), verbose=False, opset_version=18)
    file = io.BytesIO()
    program.save(file)
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])

    for height, width in ((1, 1), (1, 80), (80, 1), (16, 20), (37, 53), (200, 31), (5, 7)):
        picture = np.ascontiguousarray(random_picture(height, width).transpose(2, 0, 1)[None])
        found = session.run(None, {session.get_inputs()[0].name: picture})[0]
        assert np.abs(found - resizing(torch.from_numpy(picture)).numpy()).max() <= 1.0
