"""The errors that people see: one sentence that says what was wrong, where, and what to do.

Whatever is raised here reaches the screen as its sentence; every other exception is a bug and keeps its traceback.
"""

import difflib
from collections.abc import Iterable
from typing import Any


class DownslopeError(Exception):
    """Something that the person who uses Downslope can put right; its text is a whole sentence."""


class ExperimentError(DownslopeError):
    """An experiment that cannot be run as it is written; the sentence starts with ``key``, such as ``data.path``."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(f"{key}: {sentence}" if key else sentence)
        self.key = key


class DataError(DownslopeError):
    """Pictures or tables that are missing, unreadable or cannot be learned from."""


class PluginError(DownslopeError):
    """A plugin that failed, or that was asked for by a wrong name or with a wrong hyper-parameter."""


class TrainingError(DownslopeError):
    """A training that could not go on."""


class ExportError(DownslopeError):
    """A model that could not be exported, or that does not give the same answers afterwards.

    ``card`` is then the parity card (``engine.export.ParityCard``) that says where they differ; else ``None``.
    """

    def __init__(self, sentence: str, card: Any = None) -> None:
        super().__init__(sentence)
        self.card = card


class RunError(DownslopeError):
    """A run folder that is missing, broken or in use."""


class ModelError(DownslopeError):
    """An ONNX file that cannot be used for prediction."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name in ``known`` that ``name`` most likely meant, or ``None`` where nothing is near."""
    lowered = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.5)
    return lowered[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``' Did you mean "adam"?'``, or an empty text where no known name is near."""
    candidate = nearest(name, known)
    return f' Did you mean "{candidate}"?' if candidate else ""
