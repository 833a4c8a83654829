"""Samples that people left out or gave another class, applied right after the source has given all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Samples, Table
from desktop_app.engine.experiment import DataSettings
from desktop_app.errors import DataError, ExperimentError, did_you_mean


@dataclass(frozen=True)
class ChosenSamples(Samples):
    """Some of the samples of a source; ``places`` are theirs in ``before``, all that the source gave.

    The split is drawn from ``before`` with the classes that stand there, so that no sample changes sides because
    another one was left out, could not be read, or got another class.
    """

    before: Samples | None = None
    places: NDArray[np.int64] | None = None


def chosen_samples(samples: Samples, data: DataSettings) -> Samples:
    """Return ``samples`` with ``data.relabelled`` and ``data.excluded`` applied, in this order.

    A class that is left without samples disappears.
    Raises: ``ExperimentError`` that names the key for a sample or a class that is not there, and for a sample that is
        given two classes; ``DataError`` where nothing is left.
    """
    if not data.excluded and not data.relabelled:
        return samples
    place_of = {str(name): place for place, name in enumerate(samples.names)}
    labels = _relabelled(samples, data.relabelled, place_of) if data.relabelled else samples.labels
    left_out = {_place("data.excluded", name, place_of) for name in data.excluded}
    kept = [place for place in range(len(samples)) if place not in left_out]
    if not kept:
        raise DataError(f"data.excluded leaves out all {len(samples)} samples; keep some.")
    left = take(replace(samples, labels=labels), kept, before=samples)
    if not left.classes:
        return left
    present, places = np.unique(left.labels, return_inverse=True)
    classes = tuple(left.classes[place] for place in present.tolist())
    return replace(left, labels=places.astype(np.int64), classes=classes)


def take(samples: Samples, kept: Sequence[int], before: Samples | None = None) -> ChosenSamples:
    """Return the samples at ``kept``, in ascending order, all classes with them.

    ``before`` are the same samples as the source gave them, if ``samples`` are others already.
    """
    places = np.asarray(kept, dtype=np.int64)
    before, earlier = before or samples, None
    if isinstance(samples, ChosenSamples) and samples.before is not None:
        before, earlier = samples.before, samples.places
    new_place = {place: new for new, place in enumerate(places.tolist())}

    def own(part: Sequence[int] | None) -> list[int] | None:
        return None if part is None else [new_place[place] for place in part if place in new_place]

    def some(texts: Sequence[str]) -> Sequence[str]:
        return [texts[place] for place in kept] if len(texts) else ()

    return ChosenSamples(
        kind=samples.kind,
        items=_items(samples, places),
        labels=samples.labels[places],
        classes=samples.classes,
        validation=own(samples.validation),
        names=some(samples.names),
        problems=samples.problems,
        test=own(samples.test),
        groups=some(samples.groups),
        before=before,
        places=places if earlier is None else earlier[places],
    )


def _items(samples: Samples, places: NDArray[np.int64]) -> Sequence[object] | NDArray[np.uint8] | Table:
    if isinstance(samples.items, Table):
        return replace(samples.items, values=samples.items.values[places])
    if isinstance(samples.items, np.ndarray):
        return samples.items[places]
    return [samples.items[place] for place in places.tolist()]


def _relabelled(samples: Samples, pairs: Sequence[tuple[str, str]], place_of: dict[str, int]) -> NDArray[np.int64]:
    key = "data.relabelled"
    if not samples.classes:
        raise ExperimentError(key, "the answers are numbers, not classes; leave it out.")
    class_of = {name: place for place, name in enumerate(samples.classes)}
    given: dict[str, str] = {}
    labels = samples.labels.copy()
    for name, label in pairs:
        if label not in class_of:
            known = ", ".join(samples.classes[:20])
            raise ExperimentError(
                key, f'there is no class "{label}" for "{name}". There are: {known}.{did_you_mean(label, class_of)}'
            )
        if given.setdefault(name, label) != label:
            raise ExperimentError(key, f'gives "{name}" both "{given[name]}" and "{label}"; keep one of them.')
        labels[_place(key, name, place_of)] = class_of[label]
    return labels


def _place(key: str, name: str, place_of: dict[str, int]) -> int:
    if name not in place_of:
        raise ExperimentError(
            key, f'the data has no sample "{name}"; take it out of the list.{did_you_mean(name, list(place_of)[:2000])}'
        )
    return place_of[name]
