"""What leads to what: findings that are consequences of others name them.

A consequence keeps its message, for it is what people see; mending its cause mends it. It is therefore never graver
than a warning, never graver than its gravest cause, and it comes after its causes. It is not taken down to a note: a
run whose gradients vanish is ill, whatever the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from desktop_app.engine.insight.finding import SEVERITIES, Code, Finding

# What keeps a network from learning at all.
_NOTHING_IS_LEARNED: tuple[Code, ...] = (
    "non_finite",
    "init_mismatch",
    "learning_rate_too_high",
    "exploding_gradients",
    "vanishing_gradients",
    "dead_units",
    "saturated_units",
    "learning_rate_too_low",
    "small_batch_norm",
)

CAUSES: dict[Code, tuple[Code, ...]] = {
    "learning_rate_too_high": ("init_mismatch",),
    "exploding_gradients": ("init_mismatch", "learning_rate_too_high"),
    "saturated_units": ("init_mismatch", "learning_rate_too_high"),
    "dead_units": ("init_mismatch", "learning_rate_too_high", "exploding_gradients"),
    "vanishing_gradients": ("init_mismatch", "saturated_units", "small_batch_norm"),
    "non_finite": ("init_mismatch", "learning_rate_too_high", "exploding_gradients"),
    "learning_rate_too_low": ("init_mismatch", "vanishing_gradients"),
    "constant_predictor": (*_NOTHING_IS_LEARNED, "class_imbalance"),
    "underfitting": (*_NOTHING_IS_LEARNED, "constant_predictor"),
    "overfitting": ("label_noise",),
}
"""The causes that each finding may have. There is no way round in it from a finding back to itself."""


def tie(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with their causes named, the gravest first and causes before their consequences."""
    found = list(findings)
    waiting = sorted(found, key=lambda each: SEVERITIES.index(each.severity))
    tied: list[Finding] = []
    while waiting:
        left = {each.code for each in waiting}
        # The gravest of those whose causes have all had their turn; there always is one, as causes make no circle.
        place = next(i for i, each in enumerate(waiting) if not left.intersection(CAUSES.get(each.code, ())))
        tied.append(_because(waiting.pop(place), tied))
    # A cause that is milder than what follows from it cannot be: severities were taken down, and sorting is stable.
    return tuple(sorted(tied, key=lambda each: SEVERITIES.index(each.severity)))


def _because(finding: Finding, tied: list[Finding]) -> Finding:
    """Return the finding with those of ``tied`` named that it follows from."""
    causes = [each for each in tied if each.code in CAUSES.get(finding.code, ()) and each.severity != "note"]
    if not causes:
        return finding
    gravest = min(SEVERITIES.index(each.severity) for each in causes)
    rank = max(SEVERITIES.index(finding.severity), SEVERITIES.index("warning"), gravest)
    named = tuple(dict.fromkeys((*finding.because, *(each.code for each in causes))))
    return replace(finding, severity=SEVERITIES[rank], because=named)
