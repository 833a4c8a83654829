"""Units that take no part any more: dead ones, and ones that sit at a bound of their activation."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_app.engine.insight.advice import lower_rate, rate_change
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.engine.insight.looks import Looks, looks_at
from desktop_app.engine.insight.mends import Mend, mend_of_weights
from desktop_app.engine.insight.spans import spans_of
from desktop_app.engine.insight.thresholds import limit


def dead_units(evidence: Evidence) -> Iterator[Finding]:
    """Find layers most of whose units answer the same for every sample, look after look."""
    looks = looks_at(evidence, "dead_share", evidence.layers("dead_share", "activation"))
    for place, share in _over(looks, limit("units.dead_share")):
        layer = looks.layers[place]
        others = len(_over(looks, limit("units.dead_share"))) - 1
        beside = f"; so are those of {others} more {_layers(others)}" if others else ""
        began = looks.early()[place] > limit("units.dead_share")
        mend = mend_of_weights(evidence, len(looks.layers) + 1) if began else _smaller_steps(evidence)
        yield Finding(
            "dead_units",
            "warning",
            f"{share:.0%} of the units of {layer} give the same for every sample{beside}: nothing reaches them, and "
            "nothing that they give is of use.",
            layer=layer,
            advice=f"{mend.advice} An activation with a slope everywhere, such as leaky_relu, lets units come back.",
            changes=mend.changes,
            button=mend.button,
            exhibits=(Exhibit(looks.series),),
        )
        return  # the worst layer stands for all


def saturated_units(evidence: Evidence) -> Iterator[Finding]:
    """Find layers whose units sit at a bound of their activation, where its slope is next to nothing."""
    looks = looks_at(evidence, "saturated_share", evidence.layers("saturated_share", "activation"))
    for place, share in _over(looks, limit("units.saturated_share")):
        layer = looks.layers[place]
        began = looks.early()[place] > limit("units.saturated_share")
        mend = mend_of_weights(evidence, len(looks.layers) + 1) if began else _smaller_steps(evidence)
        since = "from the start" if began else "since the first steps"
        yield Finding(
            "saturated_units",
            "warning",
            f"{share:.0%} of what {layer} gives lies at a bound of its activation, {since}: there it has no slope, and "
            "the layers before learn next to nothing.",
            layer=layer,
            advice=mend.advice,
            changes=mend.changes,
            button=mend.button,
            exhibits=(Exhibit(looks.series),),
        )
        return


RULES = (dead_units, saturated_units)


def _over(looks: Looks, most: float) -> list[tuple[int, float]]:
    """Return the places of the layers that lie above ``most`` in their last looks, with their shares, worst first.

    One look may be an odd batch: there must be two above it.
    """
    recent = looks.late(int(limit("units.looks")))
    above = (looks.values > most).sum(axis=1)
    found = [(place, float(share)) for place, share in enumerate(recent) if share > most and above[place] >= 2]
    return sorted(found, key=lambda each: -each[1])


def _smaller_steps(evidence: Evidence) -> Mend:
    span = spans_of(evidence)[0]
    lower = lower_rate(evidence, span)
    return Mend(
        f"Large steps drive units there: train with a learning rate of {lower:g}.",
        rate_change(span, lower),
        f"Train with a learning rate of {lower:g}",
    )


def _layers(count: int) -> str:
    return "layer" if count == 1 else "layers"
