"""What goes into a network and what comes out: enough to rebuild it, export it and feed it without training data."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from desktop_app.api import PictureRule


class PictureInput(BaseModel):
    """Pictures, ``uint8 [batch, height, width, 3]``, made from files by ``rule``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["pictures"] = "pictures"
    height: int
    width: int
    rule: Literal["crop", "stretch", "pad"] = "crop"
    interpolation: Literal["bilinear", "bicubic", "nearest"] = "bilinear"

    @classmethod
    def by(cls, rule: PictureRule) -> PictureInput:
        """Return the input that a backbone's rule asks for."""
        return cls(height=rule.size, width=rule.size, rule=rule.rule, interpolation=rule.interpolation)


class TableInput(BaseModel):
    """Rows of a table, ``float32 [batch, columns]``; a categorical value is its place in the column's vocabulary."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["table"] = "table"
    names: tuple[str, ...]
    vocabularies: dict[str, tuple[str, ...]] = {}
    with_missing: tuple[str, ...] = ()
    """Number columns in which values are missing: the network is told where."""


class Task(BaseModel):
    """The two ends of a network."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    input: PictureInput | TableInput
    classes: tuple[str, ...] = ()
    output: Literal["softmax", "sigmoid", "number"] = "softmax"
    target: str = ""

    @property
    def is_classification(self) -> bool:
        """Whether the answer is a class."""
        return bool(self.classes)

    @property
    def outputs(self) -> int:
        """How many logits the network gives."""
        return len(self.classes) if self.output == "softmax" else 1
