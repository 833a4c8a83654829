"""Handwritten digits: the 1,797 grey pictures of 8 x 8 pixels that scikit-learn carries."""

from pathlib import Path
from typing import Literal

import numpy as np

from desktop_app.api import DataSource, Samples, Table, hookimpl

_WHITE = 16
"""The brightest value in scikit-learn's pictures."""


def load(folder: Path | None, prefers: Literal["vectors", "pictures"] = "pictures") -> Samples:
    """Give the digits; ``folder`` plays no part, they come with scikit-learn.

    Args:
        folder: Unused.
        prefers: ``vectors`` gives a table with 64 columns ``pixel_0_0`` to ``pixel_7_7`` (row, column) of values 0 to
            16; ``pictures`` gives ``uint8 [1797, 8, 8, 3]``, 0 to 255.
    """
    from sklearn.datasets import load_digits  # half a second, and only this source needs it

    digits = load_digits()
    labels = digits.target.astype(np.int64)
    classes = tuple(str(name) for name in digits.target_names)
    names = [f"digit {place}" for place in range(len(labels))]
    if prefers == "vectors":
        columns = tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8))
        return Samples("table", Table(columns, digits.data.astype(np.float32)), labels, classes, names=names)
    grey = np.round(digits.images * (255 / _WHITE)).astype(np.uint8)
    pictures = np.repeat(grey[..., np.newaxis], 3, axis=3)
    return Samples("pictures", pictures, labels, classes, names=names)


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "digits",
        load,
        title="Handwritten digits",
        summary="1,797 pictures of 8 x 8 pixels; 64 columns for a network that wants vectors",
        reference="https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        when="To try something out: it trains in seconds and needs no files.",
        notes=("Each picture has 17 shades of grey. With a perceptron it is a table of 64 columns.",),
    )
