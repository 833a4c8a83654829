"""An axis that counts steps."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg

from desktop_app.window.wording import count


class StepAxis(pg.AxisItem):
    """Names whole steps only: there is nothing between two of them."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Return what stands at the ticks."""
        return [count(round(value)) if abs(value - round(value)) < 1e-6 else "" for value in values]
