"""When instruments look: early in each stage, and then as often as their share of the training's time allows."""

from __future__ import annotations

import math
from dataclasses import dataclass

SHARE = 0.015
"""Of the training's time that looks may take by their own clock; 3 % is the aim, with cold caches and writing."""

EARLY_STEPS = (1, 4, 16, 64)
"""Steps of a stage that are looked at whatever it costs: a training goes wrong in its beginning. They are a debt."""

WHILE_IN_DEBT = 0.5
"""The part of the share that goes on being spent on looks while the early ones are paid off with the rest."""

SHORTEST_GAP_SECONDS = 0.25
"""Nobody reads more than four points a second."""

GAPS_IN_TRAINING = 400
"""A long training is looked at less often: about so many points are as many as a plot shows of it."""

SCALARS_A_HISTOGRAM = 8
"""Histograms say slower things, and cost more: one look in so many takes them too, and fewer where they are so dear
that they would take more than half of what looks may cost."""


@dataclass(frozen=True)
class Look:
    """What a sampled step is looked at with."""

    histograms: bool


class Sampling:
    """Says which steps are looked at, and keeps the accounts.

    Every look is paid from a budget that grows with the training's time. Steps are told by their place in their stage,
    from 1; seconds are those of training alone, evaluations and pauses left out, looks included. Nothing that is
    computed depends on what is decided here.

    Args:
        share: Of the training's seconds, 0 to 1.
    """

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self.spent = 0.0
        """Seconds that looks took so far."""
        self._later = 0.0
        """Those of them that came behind the early ones."""
        self._costs: dict[bool, float] = {}
        self._since_histogram = SCALARS_A_HISTOGRAM
        self._last = 0
        self._next = 1
        self._is_early = True
        # Where the pace was taken last: steps and seconds of a place that steps have been counted from.
        self._mark = (0, 0.0)

    def begin_stage(self, steps_taken: int, seconds: float) -> None:
        """Begin with a stage, or go on in one of which ``steps_taken`` were taken."""
        self._last = steps_taken
        self._go_on(steps_taken, steps_taken + 1)
        self._mark = (steps_taken, seconds)
        # Other layers learn from here on: what a look costs is not known, and how they lie has not been seen.
        self._costs.clear()
        self._since_histogram = SCALARS_A_HISTOGRAM

    def is_due(self, step: int, left_in_epoch: int) -> bool:
        """Whether ``step`` may be one to look at: a comparison, so that asking costs nothing. Then ask ``look``.

        Where the end of the epoch is near it is waited for, or taken early: looks there lie beside its figures.

        Args:
            left_in_epoch: Steps of the epoch behind this one that have whole batches; below 0 where its own is not
                whole, which would say little about the units.
        """
        if left_in_epoch < 0:
            return False
        if self._is_early:
            return step >= self._next
        if left_in_epoch == 0:
            return 2 * step >= self._last + self._next
        return step >= self._next and 2 * left_in_epoch >= self._next - self._last

    def look(self, step: int, seconds: float) -> Look | None:
        """Return how to look at ``step``, or ``None`` where that must be paid for first.

        Args:
            seconds: Of training so far.
        """
        if not self._costs or self._is_early or self.can_pay(self._expected(False), seconds):
            # What histograms cost beyond that is paid afterwards: as long as looks without them can be paid for, they
            # take it all, and the time for histograms would never come.
            return Look(self._since_histogram >= max(SCALARS_A_HISTOGRAM, self._dearness))
        if step >= self._next:
            self._next = step + self._steps_to(self._seconds_in_debt(seconds), step, seconds)
        return None

    def looked(self, step: int, look: Look, cost: float, seconds: float) -> None:
        """Enter into the accounts what a look cost, in seconds, and say when the next one comes."""
        self.pay(cost, is_early=step in EARLY_STEPS)
        # The first look in a stage also does what is done once: it says too much, and the next one corrects it.
        self._costs[look.histograms] = cost
        self._since_histogram = 0 if look.histograms else self._since_histogram + 1
        gap = max(SHORTEST_GAP_SECONDS, seconds / GAPS_IN_TRAINING, self._seconds_in_debt(seconds))
        self._last = step
        self._go_on(step, step + self._steps_to(gap, step, seconds))
        self._mark = (step, seconds)

    def can_pay(self, cost: float, seconds: float) -> bool:
        """Whether a look that costs ``cost`` seconds may be taken now."""
        return self._paid_for_after(cost) <= seconds

    def pay(self, cost: float, *, is_early: bool = False) -> None:
        """Enter into the accounts what something cost, in seconds."""
        self.spent += cost
        self._later += 0.0 if is_early else cost

    @property
    def interval(self) -> int:
        """After how many steps the next look comes."""
        return self._next - self._last

    @property
    def _dearness(self) -> float:
        """How many looks a look with histograms is worth."""
        if not self._costs:
            return 1.0
        return self._expected(True) / max(self._expected(False), 1e-9)

    def _expected(self, histograms: bool) -> float:
        """Return what a look is expected to cost; where only the other kind is known, that one's cost."""
        return self._costs.get(histograms, next(iter(self._costs.values())))

    def _seconds_in_debt(self, seconds: float) -> float:
        """Return how much longer the training must take until the next look can be paid for."""
        return self._paid_for_after(self._expected(False)) - seconds

    def _paid_for_after(self, cost: float) -> float:
        """Return after how many seconds of training another ``cost`` seconds are within the budget."""
        return min((self.spent + cost) / self._share, (self._later + cost) / (WHILE_IN_DEBT * self._share))

    def _steps_to(self, gap: float, step: int, seconds: float) -> int:
        """Return how many steps ``gap`` seconds take at the pace since the mark, at least 1."""
        marked_step, marked_seconds = self._mark
        passed, taken = seconds - marked_seconds, step - marked_step
        if passed <= 0 or taken <= 0:
            return 1
        # Not more than all so far: the first steps are slow or quick, and say little about the others.
        return max(1, min(math.ceil(gap * taken / passed), max(step, EARLY_STEPS[-1])))

    def _go_on(self, step: int, later: int) -> None:
        """Have the next look at the early step behind ``step``, or at ``later`` where there is none any more."""
        early = next((early for early in EARLY_STEPS if early > step), None)
        self._is_early = early is not None
        self._next = early or later
