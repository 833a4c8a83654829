"""One training whose ill is known, or that has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from made_data import Data

from desktop_app.engine.experiment import Experiment

Part = Literal["tuning", "final"]


@dataclass(frozen=True)
class Case:
    """A training to diagnose.

    ``ill`` is the code that its diagnosis must hold; ``None`` for a healthy one, which must hold no error and no
    warning. Thresholds are set on ``tuning`` cases alone; ``final`` ones are looked at once they stand. ``settings``
    are dotted keys of the experiment; all train on one processor thread.
    """

    name: str
    ill: str | None
    part: Part
    data: Data
    settings: Mapping[str, Any] = field(default_factory=dict)

    def experiment(self, folder: Path) -> Experiment:
        """Write the data below ``folder`` and return the experiment."""
        experiment = Experiment.from_dict({"name": self.name, "data": self.data.write(folder / self.name)})
        for key, value in {"training.threads": 1, "training.device": "cpu", **self.settings}.items():
            experiment = experiment.with_value(key, value)
        return experiment
