"""The arithmetic: numbers that overflow, and batches too small for their own statistics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from desktop_app.engine.insight.advice import lower_rate, rate_change, set_rate
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.spans import spans_of
from desktop_app.engine.insight.thresholds import limit

_STEP = re.compile(r"at step (\d+)")
# The one of sentences that end a run, the other of events.
_LAYER = re.compile(r'(?:not finite is|first in) "([^"]+)"')
_IN_THE_DATA = "the batch itself"
_KINDS = ("non_finite", "rolled_back")


def non_finite(evidence: Evidence) -> Iterator[Finding]:
    """Find a loss or a gradient that was not finite, whether it ended the run or was dealt with."""
    told = [event for event in evidence.source.events() if event.kind in _KINDS]
    losses = evidence.series("train_loss")
    bad = losses.steps[~np.isfinite(losses.values)]
    ended = evidence.status == "failed" and "not finite" in evidence.reason
    if not (told or len(bad) or ended):
        return
    texts = [evidence.reason] * ended + [event.text for event in told]
    steps = [int(found[1]) for text in texts if (found := _STEP.search(text))]
    first = min([*steps, *(event.step for event in told), *map(int, bad[:1])], default=evidence.steps_taken + 1)
    layer = next((found[1] for text in texts if (found := _LAYER.search(text))), "")
    span = next((each for each in reversed(spans_of(evidence)) if each.first <= first), spans_of(evidence)[0])
    exhibit = Exhibit(("train_loss", "gradient_norm", "lr"), max(0, first - int(limit("numbers.steps_before"))), first)
    if layer == "input" or any(_IN_THE_DATA in text.lower() for text in texts):
        yield Finding(
            "non_finite",
            "error",
            f"The samples of step {first} hold numbers that are not finite before they reach the first layer.",
            advice="Scan the data for missing values and infinities, and mend or leave out those samples.",
            exhibits=(exhibit,),
        )
        return
    where = f", first in {layer}" if layer else ""
    times = f" {len(told)} times in all." if len(told) > 1 else ""
    end = "That ended the training." if ended else "The training went on."
    rate, lower = set_rate(evidence, span), lower_rate(evidence, span)
    yield Finding(
        "non_finite",
        "error" if ended else "warning",
        f"At step {first} numbers were not finite any more{where}, with a learning rate of {rate:g}. {end}{times}",
        layer=layer,
        advice=f"Train with a learning rate of {lower:g}; clipping the gradient at 1 helps where single steps leap.",
        changes=rate_change(span, lower),
        button=f"Train with a learning rate of {lower:g}",
        exhibits=(exhibit,),
    )


def small_batch_norm(evidence: Evidence) -> Iterator[Finding]:
    """Find a batch norm that learns from batches too small to have statistics of their own."""
    samples = _samples_at_once(evidence)
    if samples > limit("numbers.few_for_batch_norm") or not _has_learning_batch_norm(evidence):
        return
    grave = learns_norms_from_too_few(evidence)
    enough = int(limit("numbers.enough_for_batch_norm"))
    changes, button = _way_out_of_small_batches(evidence, samples, enough)
    mends = f"Give it {enough} samples at once, or take layer norm or group norm, which look at one sample at a time."
    yield Finding(
        "small_batch_norm",
        "warning" if grave else "note",
        f"Batch norm works out its mean and spread from {samples} samples at once: they differ so much from batch to "
        "batch, and from what is used afterwards, that answers in training and later are not alike.",
        advice=mends,
        changes=changes,
        button=button,
        exhibits=(Exhibit(("train_loss", "val_loss", *_drifts(evidence))),),
    )


def learns_norms_from_too_few(evidence: Evidence) -> bool:
    """Return whether a batch norm has so few samples at once that the network answers otherwise than it was trained."""
    few = _samples_at_once(evidence) <= limit("numbers.too_few_for_batch_norm")
    return few and _has_learning_batch_norm(evidence)


RULES = (non_finite, small_batch_norm)


def _samples_at_once(evidence: Evidence) -> int:
    training = evidence.experiment.training
    return min(training.batch_size, training.micro_batch or training.batch_size)


def _way_out_of_small_batches(evidence: Evidence, samples: int, enough: int) -> tuple[dict[str, Any], str]:
    """Return changes and the button for them; none where the network's norms are its own and cannot be chosen.

    Larger batches mean as many fewer steps in as many epochs, which costs more than small statistics do; so another
    norm is offered, except where a batch is merely worked through in small parts.
    """
    training, model = evidence.experiment.training, evidence.experiment.model
    if training.micro_batch == samples and samples < training.batch_size:
        parts = min(enough, training.batch_size)
        return {"training.micro_batch": parts}, f"Train with {parts} samples at once"
    kind = "mlp" if model.kind is None else model.kind.name
    norm = {"mlp": "layer_norm", "cnn": "group_norm"}.get(kind)
    if norm is None or model.normalization.name != "batch_norm":
        return {}, ""
    return {"model.normalization": norm}, f"Train with {norm.replace('_', ' ')}"


def _has_learning_batch_norm(evidence: Evidence) -> bool:
    if evidence.facts.training_samples:
        return evidence.facts.learning_batch_norm
    model = evidence.experiment.model  # an older run: as far as the experiment tells
    return model.normalization.name == "batch_norm" and not model.freeze


def _drifts(evidence: Evidence) -> tuple[str, ...]:
    return tuple(f"batch_drift/{layer}" for layer in evidence.layers("batch_drift"))
