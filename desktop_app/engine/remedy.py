"""What a training that failed can go on with, from its last checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.errors import TrainingError


@dataclass(frozen=True)
class Remedy:
    """What to change before going on; what is 0 stays as it was.

    ``learning_rate`` is that of the first group at the checkpoint. ``micro_batch`` is a number of samples that were
    seen to fit into memory.
    """

    learning_rate: float = 0.0
    micro_batch: int = 0


class CurableError(TrainingError):
    """A training that could not go on as it was, and can with what ``remedy`` says."""

    def __init__(self, sentence: str, remedy: Remedy) -> None:
        super().__init__(sentence)
        self.remedy = remedy


def remedy_of(error: BaseException) -> Remedy | None:
    """Return what ``error`` says can be done, or ``None`` where it names nothing."""
    if isinstance(error, CurableError) and error.remedy != Remedy():
        return error.remedy
    return None
