"""What was exported from the run on show, what was refused, and which of it is recommended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.engine.export import Exported, Parity, ParityCard, exports_of
from desktop_app.engine.export.smaller.choosing import Refused, lost, recommended

if TYPE_CHECKING:
    from desktop_app.engine.run import Run

_ORDER = ("float32", "float16", "int8")
# Shares of accuracy are differences of two shares.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Exports:
    """At least one file, the largest variant first; ``outdated`` are those older than the run's best network.

    ``most_lost`` is the share of accuracy, 0 to 1, that the recommended file may lose at most.
    """

    exported: tuple[Exported, ...]
    refused: tuple[Refused, ...] = ()
    most_lost: float = 0.01
    outdated: frozenset[Path] = frozenset()

    @property
    def good_enough(self) -> tuple[Exported, ...]:
        """The files that may be recommended: those that lose little enough, and float32; none where there is neither.

        Files that are outdated are among them only where all are.
        """
        current = [each for each in self.exported if each.onnx not in self.outdated] or self.exported
        return tuple(each for each in current if each.variant == "float32" or self.allows(each.card))

    def allows(self, card: ParityCard) -> bool:
        """Return whether the file of this card loses little enough."""
        return lost(card) <= self.most_lost + _ROUNDING

    @property
    def recommended(self) -> Exported:
        """The file to use; the one that loses least where none is good enough."""
        if self.good_enough:
            return recommended(self.good_enough, self.most_lost)
        return min(self.exported, key=lambda each: lost(each.card))

    @property
    def onnx(self) -> Path:
        """Where the recommended file lies."""
        return self.recommended.onnx

    @property
    def parity(self) -> Parity:
        """How far the float32 file, or where there is none the recommended one, differs from the network."""
        first = self.exported[0]
        return first.parity if first.variant == "float32" else self.recommended.parity

    @property
    def is_outdated(self) -> bool:
        """Whether the run was trained on after every one of the files was written."""
        return all(each.onnx in self.outdated for each in self.exported)

    def losing(self, most_lost: float) -> Exports:
        """Return the same files with another loss allowed."""
        return replace(self, most_lost=most_lost)


def exports_now(run: Run, most_lost: float, refused: tuple[Refused, ...] = ()) -> Exports | None:
    """Return what was exported from a run and is still there; ``None`` where nothing is."""
    found = sorted(exports_of(run), key=lambda each: (_ORDER.index(each.variant), each.onnx != run.files.onnx))
    if not found:
        return None
    return Exports(tuple(found), refused, most_lost, frozenset(each.onnx for each in found if _is_older(each, run)))


def _is_older(exported: Exported, run: Run) -> bool:
    """Return whether the best network was written after the file was; a file that goes meanwhile is not."""
    try:
        return exported.onnx.stat().st_mtime_ns < run.files.best.stat().st_mtime_ns
    except OSError:
        return False
