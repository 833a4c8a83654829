"""The embedded sample: 1,000 pictures of clothes to train on and 500 to validate on, from Fashion-MNIST."""

import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from desktop_app.api import DataSource, Samples, hookimpl, resource_file


def load(folder: Path | None) -> Samples:
    """Give ``uint8 [1500, 28, 28, 3]`` in ten classes, trained on ``train/`` and validated on ``test/``.

    The pictures are decoded straight out of the ZIP that ships with Downslope; nothing is written anywhere.

    Args:
        folder: Unused.
    """
    with zipfile.ZipFile(resource_file("sample/fashion_mnist_small.zip")) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        pictures = np.stack([_decode(archive, name) for name in names])
    class_names = [PurePosixPath(name).parent.name for name in names]
    classes = tuple(sorted(set(class_names)))
    place_of = {name: place for place, name in enumerate(classes)}
    return Samples(
        kind="pictures",
        items=pictures,
        labels=np.array([place_of[name] for name in class_names], dtype=np.int64),
        classes=classes,
        validation=[place for place, name in enumerate(names) if name.startswith("test/")],
        names=names,
    )


def _decode(archive: zipfile.ZipFile, name: str) -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
    with archive.open(name) as file, Image.open(file) as image:
        return np.array(image.convert("RGB"), dtype=np.uint8)


@hookimpl
def register_data_sources() -> DataSource:
    return DataSource(
        "sample_images",
        load,
        title="Sample pictures",
        summary="Ten kinds of clothes, 1,500 pictures of 28 x 28 pixels; comes with Downslope",
        reference="arXiv:1708.07747",
        when="For a first training of pictures, with transfer learning, in a minute or two.",
        notes=("Fashion-MNIST in colour format, under the MIT licence.",),
    )
