"""The two forms that a rule of an optimizer may come in: as the libraries have it, and as the textbook has it."""

from __future__ import annotations

from typing import Any, Literal

Form = Literal["standard", "textbook"]
"""``standard``: what ``torch.optim`` does, bit for bit. ``textbook``: the rule to the letter, and nothing but it."""


def refuse_options(form: Form, **options: tuple[Any, Any]) -> None:
    """Refuse options that the textbook form does not have; each is given as its value and the one that leaves it off.

    ``refuse_options(form, dampening=(dampening, 0.0))`` says nothing in the standard form.
    Raises: ``ValueError`` in the textbook form where an option is not off.
    """
    if form == "standard":
        return
    for name, (value, off) in options.items():
        if value != off:
            raise ValueError(
                f'the textbook form has no {name}, got {value}; leave it at {off}, or take form = "standard"'
            )
