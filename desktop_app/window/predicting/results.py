"""What was predicted so far, by place in the order in which it came, and which of it is shown in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from desktop_app.inference.prediction import Prediction

Order = Literal["least sure", "surest", "label", "smallest", "largest", "name", "first", "newest"]
ORDERS: dict[Order, str] = {
    "least sure": "Least certain first",
    "surest": "Most certain first",
    "label": "By label",
    "smallest": "Smallest first",
    "largest": "Largest first",
    "name": "By name",
    "first": "As they came",
    "newest": "Newest first",
}
_OF_CLASSES: tuple[Order, ...] = ("least sure", "surest", "label", "name", "first", "newest")
_OF_NUMBERS: tuple[Order, ...] = ("first", "smallest", "largest", "name", "newest")


@dataclass(frozen=True)
class Filter:
    """Which of the results are shown; ``label`` is the one where ``which`` is ``label``."""

    which: Literal["all", "unsure", "unreadable", "label"] = "all"
    label: str = ""


class Results:
    """Predictions of one model; a place stays what it is, whatever comes after."""

    def __init__(self, labels: tuple[str, ...] = ()) -> None:
        self.labels = labels
        self.predictions: list[Prediction] = []
        self.counts: Counter[str] = Counter()
        self.unsure = 0
        self.unreadable = 0

    def __len__(self) -> int:
        return len(self.predictions)

    def add(self, predictions: Iterable[Prediction]) -> None:
        """Take more predictions after the ones there are."""
        for prediction in predictions:
            self.predictions.append(prediction)
            if prediction.problem is not None:
                self.unreadable += 1
            elif prediction.label is not None:
                self.counts[prediction.label] += 1
                self.unsure += prediction.unsure

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that make sense for what the model answers, the most useful first."""
        return _OF_CLASSES if self.labels else _OF_NUMBERS

    def filters(self) -> list[tuple[Filter, int]]:
        """Return what can be shown alone and how many there are of it: the labels in the model's order, found ones."""
        found = [(Filter(), len(self)), (Filter("unsure"), self.unsure), (Filter("unreadable"), self.unreadable)]
        kept = [(chosen, number) for chosen, number in found if number or chosen.which == "all"]
        labels = [(Filter("label", name), self.counts[name]) for name in self.labels if self.counts[name]]
        return kept + labels

    def arranged(self, chosen: Filter, order: Order) -> list[int]:
        """Return the places of what ``chosen`` lets through, in this order; what has no answer comes last."""
        places = [place for place, found in enumerate(self.predictions) if _belongs(found, chosen)]
        if order == "newest":
            return places[::-1]
        if order != "first":
            places.sort(key=lambda place: _key(self.predictions[place], order))
        return places


def _belongs(found: Prediction, chosen: Filter) -> bool:
    if chosen.which == "all":
        return True
    if chosen.which == "unreadable":
        return found.problem is not None
    if chosen.which == "unsure":
        return found.unsure
    return found.label == chosen.label


def _key(found: Prediction, order: Order) -> tuple[object, ...]:
    """Return what a prediction is compared by; equals stay in the order in which they came."""
    if order == "name":
        return (found.input.lower(), found.input)
    if found.problem is not None:
        return (True,)
    if order == "label":
        return (False, found.label or "", -(found.probability or 0.0))
    number = found.probability if found.probability is not None else found.value or 0.0
    return (False, -number if order in ("surest", "largest") else number)
