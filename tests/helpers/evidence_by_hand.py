"""Evidence of runs that nobody trained: series written down by hand, for the rules of a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.facts import Facts, LayerFact
from desktop_app.registry import Registry, load_plugins
from desktop_app.store.metrics import MetricEvent


class SeriesByHand:
    """A source of series over dictionaries: values at steps 1, 2, 3, ... or by step."""

    def __init__(
        self, series: Mapping[str, Sequence[float] | Mapping[int, float]], events: Sequence[tuple[int, str, str]] = ()
    ) -> None:
        self._series = {
            name: each if isinstance(each, Mapping) else dict(enumerate(each, start=1)) for name, each in series.items()
        }
        self._events = [MetricEvent(*event) for event in events]

    def read(self, name: str, start: int = 0) -> Any:
        """Return steps and values."""
        points = self._series.get(name, {})
        return np.array(list(points), dtype=np.int64)[start:], np.array(list(points.values()), dtype=np.float64)[start:]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return sorted(self._series)

    def events(self) -> list[MetricEvent]:
        """Return the events."""
        return self._events


@cache
def _plugins() -> Registry:
    return load_plugins()


def evidence_by_hand(
    series: Mapping[str, Sequence[float] | Mapping[int, float]],
    experiment: Mapping[str, Any] | None = None,
    events: Sequence[tuple[int, str, str]] = (),
    status: str = "finished",
    reason: str = "",
    **facts: Any,
) -> Evidence:
    """Return evidence with these series; ``experiment`` holds dotted keys, ``facts`` those that differ from none."""
    made = Experiment.from_dict({"data": {"source": "digits"}})
    for key, value in (experiment or {}).items():
        made = made.with_value(key, value)
    return Evidence(made, Facts(**facts), SeriesByHand(series, events), status, reason, _plugins())


def layer_facts(*names: str, activation: str = "ReLU", normalization: str = "") -> tuple[LayerFact, ...]:
    """Return linear layers of these names, each but the last followed by its norm and its activation.

    An activation is called ``NAME.activation``, a norm ``NAME.norm``.
    """
    found: list[LayerFact] = []
    for name in names:
        found.append(LayerFact(name=name, type="Linear", role="weights"))
        if name != names[-1]:
            if normalization:
                found.append(LayerFact(name=f"{name}.norm", type=normalization, role="norm"))
            found.append(LayerFact(name=f"{name}.activation", type=activation, role="activation", fed_by=name))
    return tuple(found)
