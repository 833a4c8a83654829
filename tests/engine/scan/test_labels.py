from __future__ import annotations

import numpy as np

from desktop_app.engine.scan.labels import can_be_checked, check_vectors

CLASSES = ("bird", "cat", "dog")


def silent(_phase: str, _done: int, _total: int) -> None:
    """Report to nobody."""


def three_clouds(of_each: int = 40, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray, list[str]]:
    labels = np.repeat([0, 1, 2], of_each)
    centres = 3 * np.eye(3, 6)
    vectors = centres[labels] + np.random.default_rng(0).normal(0, spread, (len(labels), 6))
    return vectors.astype(np.float32), labels, [f"{place}.png" for place in range(len(labels))]


def test_labels_that_were_swapped_are_found_with_the_class_that_they_were_swapped_from() -> None:
    vectors, labels, names = three_clouds()
    swapped = labels.copy()
    places = list(range(0, 120, 10))
    swapped[places] = (labels[places] + 1) % 3
    finding = check_vectors(vectors, swapped, CLASSES, names, silent)

    assert finding is not None
    # The doubted ones are those that are more sure of another class than is usual there: not all, and no right one.
    assert len(finding.names) > len(places) / 2
    assert set(finding.names) <= {names[place] for place in places}
    assert list(finding.suggested) == [CLASSES[labels[names.index(name)]] for name in finding.names]
    assert finding.details[0] == f"{CLASSES[swapped[names.index(finding.names[0])]]} → {finding.suggested[0]}?"


def test_right_labels_are_not_doubted() -> None:
    assert check_vectors(*three_clouds()[:2], CLASSES, three_clouds()[2], silent) is None


def test_pictures_without_features_and_classes_with_few_pictures_are_left_alone() -> None:
    vectors, labels, names = three_clouds()
    vectors[7] = np.nan
    labels = labels.copy()
    labels[[7, 50]] = [1, 2]
    kept = np.flatnonzero((labels != 0) | (np.arange(120) < 9))  # of the first class, eight are left
    labels[3] = 2
    finding = check_vectors(vectors[kept], labels[kept], CLASSES, [names[place] for place in kept], silent)

    assert finding is not None
    assert "50.png" in finding.names
    assert "7.png" not in finding.names
    assert "bird" not in finding.suggested


def test_features_that_know_nothing_of_the_classes_doubt_nobody() -> None:
    vectors, labels, names = three_clouds()
    noise = np.random.default_rng(1).normal(size=vectors.shape).astype(np.float32)

    assert check_vectors(noise, labels, CLASSES, names, silent) is None


def test_two_classes_with_ten_pictures_are_enough_to_be_checked() -> None:
    assert can_be_checked(np.repeat([0, 1, 2], [10, 10, 3]), CLASSES)
    assert not can_be_checked(np.repeat([0, 1], [10, 9]), CLASSES)
    assert not can_be_checked(np.array([0.5, 1.5]), ())
