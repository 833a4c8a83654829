"""Raw values in the form that a graph takes, and its numbers as answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.graph_form import GraphForm, Meaning
from desktop_app.inference.metadata import Pixels

# ITU-R BT.601, as Pillow makes a picture grey.
_GREY = np.array([299, 587, 114], dtype=np.float32) / 1000
# How far a sum may be from 1: rounding of a thousand float16 probabilities.
_SUM_TOLERANCE = 5e-3


def as_input(pictures: NDArray[np.uint8], form: GraphForm, pixels: Pixels) -> NDArray[Any]:
    """Return ``uint8 [batch, height, width, 3]``, raw RGB, as the graph's type and layout.

    Where the graph takes floats they are pixels from 0 to 1, less ``pixels.mean``, divided by ``pixels.std``; a grey
    one takes the first of each.
    """
    values: NDArray[Any] = pictures
    if form.channels == 1:
        grey = (pictures @ _GREY)[..., np.newaxis]
        values = np.round(grey).astype(np.uint8) if form.type == np.uint8 else grey
    if form.type != np.uint8:
        values = values.astype(np.float32)
        values /= 255
        mean, std = pixels.mean[: form.channels], pixels.std[: form.channels]
        if any(mean):
            values -= np.array(mean, dtype=np.float32)
        if any(each != 1 for each in std):
            values /= np.array(std, dtype=np.float32)
    if form.layout == "nchw":
        values = values.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(values, dtype=form.type)


def as_answers(output: NDArray[Any], meaning: Meaning) -> NDArray[np.float32]:
    """Return what a graph gives, ``[batch, ...]``, as ``float32 [batch, labels]`` of probabilities, or as predictions.

    Logits become probabilities by softmax; one logit or probability, of the second of two labels, becomes two. Where
    the graph does not say which of them it gives, a row is taken for probabilities if each number lies in 0 to 1 and
    their sum is 1.
    """
    rows = np.asarray(output, dtype=np.float32)
    rows = rows.reshape(len(rows), -1) if rows.size else rows.reshape(len(rows), 0)
    if meaning in ("probabilities", "prediction"):
        return rows
    if rows.shape[1] == 1 and meaning in ("one probability", "logits"):
        second = rows if meaning == "one probability" else _sigmoid(rows)
        return np.concatenate([1 - second, second], axis=1)
    if meaning == "logits":
        return _softmax(rows)
    are = ((rows >= 0) & (rows <= 1)).all(axis=1) & (np.abs(rows.sum(axis=1) - 1) <= _SUM_TOLERANCE)
    return np.where(are[:, np.newaxis], rows, _softmax(rows))


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    if not logits.size:
        return logits
    with np.errstate(invalid="ignore"):  # of what is not finite nothing finite is made, which is said later on
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``1 / (1 + exp(-x))``, written so that it never overflows."""
    half: NDArray[np.float32] = 0.5 * (1 + np.tanh(0.5 * logits))
    return half
