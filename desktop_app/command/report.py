"""What a command says: sentences and progress on standard error, results on standard output."""

from __future__ import annotations

import json
import math
import sys
from typing import Any


def say(sentence: str) -> None:
    """Write a line for people to standard error; a file's name that holds a line break stays on that line."""
    line = _writable(sentence).replace("\n", r"\n")
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def show(text: str) -> None:
    """Write a line of a result to standard output."""
    sys.stdout.write(f"{_writable(text)}\n")
    sys.stdout.flush()


def show_json(content: dict[str, Any]) -> None:
    """Write the one JSON object that is the last line of standard output; numbers that JSON lacks become null."""
    show(json.dumps(_finite(content), ensure_ascii=False, allow_nan=False))


def percent(share: float | None) -> str:
    """Return a share as people read it."""
    return "-" if share is None else f"{share:.1%}"


class Phases:
    """Says the name of each phase of a job once, however often it is reported."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, phase: str, *_amounts: float) -> None:
        """Take a report: the phase, and how much of it is done."""
        if phase not in self._said:
            self._said.add(phase)
            say(f"{phase} ...")


def _writable(text: str) -> str:
    """Return a text with what is no character (in the name of a file that is not UTF-8) as JSON writes it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
