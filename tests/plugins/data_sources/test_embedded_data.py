"""The two data sets that come along: scikit-learn's digits and the embedded pictures of clothes."""

import zipfile

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from desktop_app.api import resource_file
from plugins.data_sources import digits, sample_images


def test_digits_are_64_named_columns_for_a_network_that_wants_vectors():
    samples = digits.load(None, prefers="vectors")
    assert samples.kind == "table"
    assert samples.items.names[:9] == (*(f"pixel_0_{column}" for column in range(8)), "pixel_1_0")
    assert samples.items.values.dtype == np.float32
    np.testing.assert_array_equal(samples.items.values, load_digits().data)
    assert samples.classes == tuple("0123456789")


def test_digits_are_grey_pictures_otherwise_with_16_as_white():
    samples, original = digits.load(None), load_digits()
    assert (samples.kind, samples.items.shape, samples.items.dtype) == ("pictures", (1797, 8, 8, 3), np.uint8)
    assert np.array_equal(samples.labels, original.target)
    assert set(samples.items[original.images == 16].ravel().tolist()) == {255}
    assert set(samples.items[original.images == 8].ravel().tolist()) == {128}
    assert (samples.items == samples.items[..., :1]).all()
    assert len(set(samples.names)) == 1797


def test_digits_give_the_same_picture_in_both_forms():
    pictures, vectors = digits.load(None, "pictures"), digits.load(None, "vectors")
    grey = pictures.items[..., 0].reshape(1797, 64).astype(float) * 16 / 255
    assert np.abs(grey - vectors.items.values).max() < 0.05


def test_the_sample_trains_on_its_own_train_and_validates_on_its_own_test():
    samples = sample_images.load(None)
    assert (samples.kind, samples.items.shape, samples.items.dtype) == ("pictures", (1500, 28, 28, 3), np.uint8)
    assert samples.classes == (
        *("ankle_boot", "bag", "coat", "dress", "pullover"),
        *("sandal", "shirt", "sneaker", "t_shirt", "trouser"),
    )
    held_out = set(samples.validation)
    assert len(held_out) == 500
    assert all(name.startswith("test/" if place in held_out else "train/") for place, name in enumerate(samples.names))
    assert np.bincount(samples.labels[sorted(held_out)]).tolist() == [50] * 10
    assert np.bincount(samples.labels).tolist() == [150] * 10
    assert "test/bag/00422.png" in samples.names


def test_labels_of_the_sample_follow_the_folder_names_and_pixels_the_files():
    samples = sample_images.load(None)
    place = samples.names.index("test/bag/00422.png")
    assert samples.classes[samples.labels[place]] == "bag"
    sample = resource_file("sample/fashion_mnist_small.zip")
    with zipfile.ZipFile(sample) as archive, archive.open("test/bag/00422.png") as file, Image.open(file) as image:
        assert np.array_equal(samples.items[place], np.asarray(image.convert("RGB")))


def test_each_source_registers_under_its_files_name():
    assert digits.register_data_sources().name == "digits"
    assert sample_images.register_data_sources().name == "sample_images"
    assert [parameter.name for parameter in digits.register_data_sources().parameters] == ["prefers"]
