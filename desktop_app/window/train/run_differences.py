"""What differs between the experiments of several runs, and their best figures: the numbers behind a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.window.wording import figure, share, short

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

# What every run has of its own, and nobody compares.
_OWN = ("name",)


@dataclass(frozen=True)
class RunFacts:
    """One run in a comparison: its settings by dotted key, its state and its result."""

    settings: Mapping[str, Any]
    status: str
    result: Mapping[str, Any]

    @classmethod
    def read(cls, run: Run) -> RunFacts:
        """Read them from the run's folder. Raises: ``DownslopeError`` where it cannot be read."""
        return cls(flat(run.experiment.model_dump(mode="json")), run.status, run.result)

    @property
    def best(self) -> str:
        """The best accuracy, or the best mean error of a regression; a dash while there is none."""
        best = self.result.get("best") or {}
        return figure(best["val_mae"]) if "val_mae" in best else share(best.get("val_accuracy"))

    @property
    def best_loss(self) -> str:
        """The validation loss of the best epoch; a dash while there is none."""
        return figure((self.result.get("best") or {}).get("val_loss"))


def flat(settings: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return nested settings by dotted key, such as ``training.optimizer.lr``."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        key = f"{above}{name}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{key}.")
        else:
            found[key] = value
    return found


def differing_keys(runs: Sequence[RunFacts]) -> list[str]:
    """Return the keys whose values are not the same in all runs, in the order of the experiment."""
    keys = dict.fromkeys(key for run in runs for key in run.settings)
    return [key for key in keys if key not in _OWN and any(_differ(key, runs[0], run) for run in runs[1:])]


def in_words(value: Any) -> str:
    """Return a setting as it stands in the table; a path by its last name, a dash where there is none."""
    if isinstance(value, str) and ("/" in value or "\\" in value):
        return Path(value).name or value
    return short(value) or "–"


def _differ(key: str, one: RunFacts, other: RunFacts) -> bool:
    return bool(one.settings.get(key) != other.settings.get(key))
