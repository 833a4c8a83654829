"""What is asked of optimizers, in the order that a reader wants to know it."""

from __future__ import annotations

from desktop_app.registry.conformance import optimizer_contracts, optimizer_learning, optimizer_state
from desktop_app.registry.conformance.hyper_parameters import bad_values, none_ignored

RULES = (
    *optimizer_learning.RULES,
    *optimizer_state.RULES,
    *optimizer_contracts.RULES,
    bad_values(optimizer_learning.exercise),
    none_ignored(optimizer_learning.exercise),
    optimizer_learning.COST,
)
