"""What mends an ill, worked out from the experiment and the plugins that it names.

Plugins, and with them torch, are loaded only once something was found.
"""

from __future__ import annotations

import math
from typing import Any

from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.spans import Span

_MANTISSAS = (1.0, 3.0, 10.0)


def round_rate(rate: float) -> float:
    """Return the nearest of ..., 0.001, 0.003, 0.01, 0.03, ... on a logarithmic scale: rates that people type."""
    exponent = math.floor(math.log10(rate))
    mantissa = min(_MANTISSAS, key=lambda each: abs(math.log10(rate) - exponent - math.log10(each)))
    return float(f"{mantissa * 10.0**exponent:.1g}")


def set_rate(evidence: Evidence, span: Span) -> float:
    """Return the learning rate that a stage was set to: its highest where it was changed by hand.

    Otherwise it is the experiment's, which a schedule begins far below or has not reached yet.
    """
    rates = span.of(evidence.series("lr")).values
    highest = float(rates.max()) if len(rates) else 0.0
    if any(event.kind == "learning_rate" and span.holds(event.step) for event in evidence.source.events()):
        return highest
    given = _optimizer(evidence, span).hyper.get("lr")
    return float(given) if isinstance(given, int | float) else default_rate(evidence, span) or highest


def default_rate(evidence: Evidence, span: Span) -> float | None:
    """Return the learning rate that the stage's optimizer comes with; ``None`` where it has none or is gone."""
    optimizer = evidence.registry.optimizers.get(_optimizer(evidence, span).name)
    for parameter in optimizer.parameters if optimizer else ():
        if parameter.name == "lr" and isinstance(parameter.default, int | float):
            return float(parameter.default)
    return None


def lower_rate(evidence: Evidence, span: Span) -> float:
    """Return a tenth of the stage's learning rate, or the optimizer's own default where that is lower still."""
    now = set_rate(evidence, span)
    return round_rate(min(now / 10.0, default_rate(evidence, span) or math.inf))


def higher_rate(evidence: Evidence, span: Span) -> float:
    """Return ten times the stage's learning rate, or the optimizer's own default where that is higher still."""
    now = set_rate(evidence, span)
    return round_rate(max(now * 10.0, default_rate(evidence, span) or 0.0))


def rate_change(span: Span, rate: float) -> dict[str, Any]:
    """Return the change of the experiment that sets a stage's learning rate."""
    return {f"{span.section}.optimizer.lr": rate}


def _optimizer(evidence: Evidence, span: Span) -> PluginChoice:
    tuning = evidence.experiment.fine_tuning
    return tuning.optimizer if span.section == "fine_tuning" and tuning else evidence.experiment.training.optimizer
