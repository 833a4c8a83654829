"""All of a model in a row, as one module: what an exported file computes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.resizing import Resizing
from desktop_app.engine.networks.adapters import merged
from desktop_app.engine.networks.build import Model
from desktop_app.engine.networks.preprocessing import PicturePreprocessing
from desktop_app.engine.task import PictureInput, Task
from desktop_app.errors import ExportError

# Sides of the picture that is traced with any size; none is the same as another, nor as what it is resized to.
_TRACED = (37, 53)


class RawToAnswers(nn.Module):
    """From raw values to answers; without options from what ``example_input`` gives, to probabilities or numbers.

    Args:
        model: What is exported. Its adapters are added into the weights.
        task: Its two ends; only needed for ``any_size``.
        options: What else than the model's own raw values goes in, or than its answers comes out.
    """

    def __init__(self, model: Model, task: Task | None = None, options: ExportOptions | None = None) -> None:
        super().__init__()
        options = options or ExportOptions()
        self.nchw = options.layout == "nchw"
        self.unit = options.pixels == "float32"
        self.logits = options.logits
        self.preprocessing = model.preprocessing
        self.network = merged(model.network)
        self.answers = model.answers
        self.resizing: Resizing | None = None
        if options.any_size and task is not None and isinstance(task.input, PictureInput):
            self.resizing = Resizing(task.input)

    def forward(self, raw: Tensor) -> Tensor:
        """Return answers from raw values."""
        logits = self.network(self._prepared(raw))
        answers: Tensor = self.answers.class_logits(logits) if self.logits else self.answers(logits)
        return answers

    def _prepared(self, raw: Tensor) -> Tensor:
        """Return the network's input."""
        if not isinstance(self.preprocessing, PicturePreprocessing):
            return self.preprocessing(raw)  # type: ignore[no-any-return]
        pictures = raw if self.nchw else raw.permute(0, 3, 1, 2)
        if self.resizing is not None:
            pictures = self.resizing(pictures * 255.0 if self.unit else pictures)
        elif self.unit:
            return self.preprocessing.normalised(pictures)
        return self.preprocessing.normalised(pictures.to(torch.float32) / 255.0)


def example_input(task: Task, batch: int = 2, options: ExportOptions | None = None) -> Tensor:
    """Return raw values of the right shape and type; two, because a batch of one would be taken for a constant."""
    options = options or ExportOptions()
    if not isinstance(task.input, PictureInput):
        return torch.zeros((batch, len(task.input.names)), dtype=torch.float32)
    sides = _TRACED if options.any_size else (task.input.height, task.input.width)
    shape = (3, *sides) if options.layout == "nchw" else (*sides, 3)
    return torch.zeros((batch, *shape), dtype=torch.float32 if options.pixels == "float32" else torch.uint8)


def check_options(task: Task, options: ExportOptions) -> None:
    """Raise ``ExportError`` where something is asked for that a model of this task does not have."""
    if options.logits and not task.is_classification:
        raise ExportError("A regression has no logits; its output is the prediction itself. Export it without logits.")
    if isinstance(task.input, PictureInput):
        return
    asked = {
        "any size": options.any_size,
        f"the layout {options.layout}": options.layout != "nhwc",
        f"{options.pixels} pixels": options.pixels != "uint8",
    }
    for what, wanted in asked.items():
        if wanted:
            raise ExportError(f"A model for tables takes rows of numbers, and no pictures: export it without {what}.")
