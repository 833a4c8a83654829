"""What keeps the machine from training faster."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.thresholds import limit


def input_bound(evidence: Evidence) -> Iterator[Finding]:
    """Find a training that waits for its batches."""
    waited = evidence.series("input_share").values
    if len(waited) < limit("speed.fewest_points"):
        return
    share = float(np.median(waited))
    if share <= limit("speed.input_share"):
        return
    advice = "Take smaller pictures (data.image_size), or fewer changes of them."
    if evidence.experiment.data.augment == "strong":
        advice = "Light augmentation costs less. A larger network would have the same pictures for no more time."
    yield Finding(
        "input_bound",
        "warning",
        f"The training waits for its data: {100 * share:.0f} % of the time went by before a batch was ready.",
        advice=advice,
        exhibits=(Exhibit(("input_share", "samples_per_second")),),
    )


def accelerator_unused(evidence: Evidence) -> Iterator[Finding]:
    """Find a training on the processor of a machine that has something faster."""
    facts = evidence.facts
    if facts.device != "cpu" or not facts.accelerators:
        return
    yield Finding(
        "accelerator_unused",
        "warning",
        f"The training ran on the processor although {facts.accelerators[0]} was there, which is usually many times "
        "faster.",
        advice="Set the device to Automatic (training.device).",
    )


RULES = (input_bound, accelerator_unused)
