"""One thing that is wrong with a training, or good to know: in plain words, with its evidence and what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Code = Literal[
    "vanishing_gradients",
    "exploding_gradients",
    "dead_units",
    "saturated_units",
    "init_mismatch",
    "learning_rate_too_high",
    "learning_rate_too_low",
    "constant_predictor",
    "overfitting",
    "underfitting",
    "label_noise",
    "class_imbalance",
    "small_batch_norm",
    "small_validation",
    "data_leak",
    "non_finite",
    "input_bound",
    "accelerator_unused",
]
CODES: tuple[Code, ...] = get_args(Code)

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Exhibit:
    """A piece of evidence: the series that show it, from ``first_step`` to ``last_step``.

    ``series`` are names as a recorder and ``Run.series`` know them, such as ``gradient_norm/layers.0``.
    """

    series: tuple[str, ...]
    first_step: int = 0
    last_step: int | None = None


@dataclass(frozen=True)
class Finding:
    """What was found.

    ``message`` says what is wrong, where, and by which numbers; ``advice`` what to do about it. ``changes`` are dotted
    keys of the experiment with their new values (``None`` takes a key back to its default): what one press of a button
    opens as a cloned experiment; empty where no change of the experiment would help. ``button`` is that button's verb.
    ``because`` are the codes of the findings that this one follows from.
    """

    code: Code
    severity: Severity
    message: str
    layer: str = ""
    advice: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    button: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    because: tuple[Code, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``downslope diagnose --json`` gives them."""
        return {
            "code": self.code,
            "severity": self.severity,
            "layer": self.layer or None,
            "message": self.message,
            "advice": self.advice,
            "changes": dict(self.changes),
            "because": list(self.because),
            "evidence": [
                {"series": list(each.series), "first_step": each.first_step, "last_step": each.last_step}
                for each in self.exhibits
            ],
        }
