"""The two marks of a plugin file: ``@hookimpl`` on its hooks and ``Range`` on its hyper-parameters."""

from dataclasses import dataclass

import pluggy

PROJECT = "downslope"

hookimpl = pluggy.HookimplMarker(PROJECT)
hookspec = pluggy.HookspecMarker(PROJECT)


@dataclass(frozen=True)
class Range:
    """The usual values of a number, both ends included; ``log`` spaces sliders and searches by factors.

    A value outside trains, with a warning: what makes no sense at all is for the factory to refuse.
    Raises: ``ValueError`` where ``low`` is not below ``high``, or ``log`` is asked for with a ``low`` of 0 or less.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"Range: low ({self.low}) must be below high ({self.high}).")
        if self.log and self.low <= 0:
            raise ValueError(f"Range: a logarithmic range must start above 0, got {self.low}.")

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high
