"""The stages of a run as stretches of steps, each with the section of the experiment that it is set in."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.engine.insight.evidence import Evidence, Series


@dataclass(frozen=True)
class Span:
    """A stage: from step ``first`` to step ``last``, or to now where ``last`` is ``None``.

    ``section`` is ``training`` or ``fine_tuning``.
    """

    name: str
    section: str
    first: int = 1
    last: int | None = None

    def holds(self, step: int) -> bool:
        """Return whether a step belongs to this stage."""
        return self.first <= step and (self.last is None or step <= self.last)

    def of(self, series: Series) -> Series:
        """Return the part of a series that lies in this stage."""
        return series.between(self.first, self.last)


def spans_of(evidence: Evidence) -> list[Span]:
    """Return the stages of a run so far; one that is the whole run where it says nothing about stages."""
    begins = [event for event in evidence.source.events() if event.kind == "stage"]
    if not begins:
        return [Span("training", "training")]
    ends = [*(event.step for event in begins[1:]), None]
    return [
        Span(begin.text, "fine_tuning" if begin.text.startswith("fine-tuning") else "training", begin.step + 1, end)
        for begin, end in zip(begins, ends, strict=True)
    ]
