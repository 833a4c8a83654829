"""Every number that a diagnosis judges by, in one table, each with its reason and its source.

A threshold is named after its family: ``frame``, ``signals``, ``learning_rate``, ``numbers``, ``generalisation``,
``data``, ``speed``. "Tuned" as a source means: set on the tuning runs of ``tests/benchmarks/diagnosis``, between what
healthy runs and ill ones show there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """A limit: its value, why it is that, and where it comes from (a paper, or the measurement that set it)."""

    value: float
    reason: str
    source: str


_FRAME = {
    "frame.fewest_steps": Threshold(
        20,
        "So few steps tell neither a rising loss from noise nor a small gradient from a first one.",
        "Tuned: with fewer, step losses of batches of 32 say nothing.",
    ),
}

_LEARNING_RATE = {
    "learning_rate.fallen_enough": Threshold(
        0.5,
        "A run that has lost half of its loss is under way, if slowly.",
        "Tuned.",
    ),
    "learning_rate.fewest_epochs": Threshold(
        4,
        "Three differences are the fewest that tell swinging from one bad epoch.",
        "Counted, not measured.",
    ),
    "learning_rate.fewest_steps_for_high": Threshold(
        2,
        "A loss that leaps in its second step has leapt; the size of the leap is what is judged.",
        "Tuned: plain descent diverges to infinity in three to six steps.",
    ),
    "learning_rate.fewest_steps_for_low": Threshold(
        100,
        "Before a hundred steps even a good learning rate may show little.",
        "Tuned.",
    ),
    "learning_rate.good_accuracy": Threshold(
        0.9,
        "Weights that answer nine in ten training samples rightly have moved enough.",
        "Tuned.",
    ),
    "learning_rate.hopeless": Threshold(
        0.8,
        "A loss of four fifths of a constant answer's is next to nothing learned.",
        "Tuned.",
    ),
    "learning_rate.largest_step": Threshold(
        0.3,
        "Usual steps change weights by a thousandth of their size, Adam's first ones by a few hundredths; a third is a "
        "leap.",
        "A. Karpathy, CS231n notes (1e-3 is usual); tuned.",
    ),
    "learning_rate.least_moved": Threshold(
        0.1,
        "Weights that moved by less than a tenth of their size are much as they were drawn.",
        "Tuned.",
    ),
    "learning_rate.level_samples": Threshold(
        64,
        "The median loss of so many samples is no accident of a batch.",
        "Tuned.",
    ),
    "learning_rate.level_steps": Threshold(
        3,
        "A median of three is untouched by one outlier.",
        "Tukey 1977, running medians.",
    ),
    "learning_rate.poor": Threshold(
        0.5,
        "Half of a constant answer's loss is a poor end for a training.",
        "Tuned.",
    ),
    "learning_rate.rise": Threshold(
        4.0,
        "Healthy runs rise to at most 1.8 times their start in their first steps.",
        "Tuned.",
    ),
    "learning_rate.rise_that_stays": Threshold(
        1.6,
        "A rise by noise alone is smaller, and does not stay.",
        "Tuned: 1.33 in healthy runs.",
    ),
    "learning_rate.share_of_usual": Threshold(
        0.01,
        "A hundredth of an optimizer's usual rate makes hundredths of its usual steps.",
        "Tuned.",
    ),
    "learning_rate.swing": Threshold(
        0.03,
        "Healthy losses rise by at most a fiftieth of their start an epoch, on average.",
        "Tuned: 0.016 in healthy runs, 0.04 to 0.25 in swinging ones.",
    ),
}

_NUMBERS = {
    "numbers.enough_for_batch_norm": Threshold(
        32,
        "From 32 samples on the error of batch norm is flat.",
        "Wu and He 2018, arXiv:1803.08494, figure 1.",
    ),
    "numbers.few_for_batch_norm": Threshold(
        4,
        "At 4 samples the error has risen clearly, at 8 hardly.",
        "Wu and He 2018, arXiv:1803.08494, figure 1.",
    ),
    "numbers.steps_before": Threshold(
        50,
        "What led to an overflow happened in the steps right before it.",
        "Chosen: it is what a plot shows, and nothing is judged by it.",
    ),
    "numbers.too_few_for_batch_norm": Threshold(
        2,
        "Two samples leave one difference, whose size batch norm divides away.",
        "Wu and He 2018, arXiv:1803.08494; the values become +1 and -1.",
    ),
}

THRESHOLDS: dict[str, Threshold] = {**_FRAME, **_LEARNING_RATE, **_NUMBERS}


def limit(name: str) -> float:
    """Return the value of a threshold."""
    return THRESHOLDS[name].value
