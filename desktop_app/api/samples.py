"""What a data source gives: samples, their labels and the names of the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ProblemReport:
    """Something wrong with one file or row: where, and what, in one sentence."""

    path: str
    problem: str


@dataclass(frozen=True)
class Table:
    """Columns of a table as numbers.

    ``values`` is ``float32 [rows, columns]``, NaN where a number is missing. A categorical column holds places in its
    ``vocabularies`` entry, and -1 where the value is missing.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    vocabularies: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Samples:
    """Samples of one kind.

    ``kind`` and ``items``: ``files`` with a list of picture paths; ``pictures`` with ``uint8 [n, height, width, 3]``;
    ``table`` with a ``Table``. ``labels``: ``int64 [n]``, places in ``classes``; for regression ``float32 [n]`` and no
    classes. ``validation`` and ``test``: the places of the samples that a source with a split of its own validates on
    and keeps apart. ``names``: what each sample is called in lists (a file's path, a row's number). ``groups``: what
    each sample belongs to, for a source that was asked by ``group`` for a column; an empty text belongs to nothing.
    """

    kind: Literal["files", "pictures", "table"]
    items: Sequence[Any] | NDArray[np.uint8] | Table
    labels: NDArray[Any]
    classes: tuple[str, ...]
    validation: Sequence[int] | None = None
    names: Sequence[str] = ()
    problems: tuple[ProblemReport, ...] = ()
    test: Sequence[int] | None = None
    groups: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def task(self) -> Literal["classification", "regression"]:
        """Regression where there are no classes."""
        return "classification" if self.classes else "regression"
