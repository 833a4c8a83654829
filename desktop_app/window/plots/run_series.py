"""A finished run's series in the form that plots pull from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from desktop_app.engine.run import Run


class RunSeries:
    """Reads series from a run's file."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def read(self, name: str, start: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return steps and values from row ``start`` on; both empty where the run has no such series.

        Raises: ``DownslopeError`` where the file cannot be read.
        """
        steps, values = self._run.series(name)
        return steps[start:], values[start:]
