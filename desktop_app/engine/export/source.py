"""A run opened for export: its best network, the samples it is compared on, and its answers, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from desktop_app.engine.networks.build import Model
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples, validation_samples
from desktop_app.errors import DataError
from desktop_app.registry import Registry

_BATCH = 32


@dataclass
class ExportSource:
    """What every file exported from a run is made of and compared with; one thread uses it.

    ``model`` is the best network, in evaluation mode, on the CPU.
    """

    run: Run
    registry: Registry
    model: Model
    samples: ValidationSamples
    _logits: Tensor | None = field(default=None, repr=False)

    @classmethod
    def open(cls, run: Run, registry: Registry) -> ExportSource:
        """Read a run's best network and name its validation samples.

        Raises: ``RunError`` for a run without a network; ``DataError`` where there is nothing left to compare on.
        """
        model = run.load_model("best", registry)
        samples = validation_samples(run, registry)
        if not len(samples):
            raise DataError(f"The run {run.folder.name} has no samples that an exported file could be compared on.")
        return cls(run, registry, model, samples)

    def logits(self, report: Callable[[float], None] = lambda share: None) -> Tensor:
        """Return torch's logits of all samples, ``[samples, outputs]``; computed when first asked for."""
        if self._logits is None:
            found = []
            done = 0
            for raw in self.samples.batches(_BATCH):
                with torch.no_grad():
                    found.append(self.model.logits(torch.from_numpy(raw)).to(torch.float32))
                done += len(raw)
                report(done / len(self.samples))
            self._logits = torch.cat(found)
        return self._logits

    def answers(self, report: Callable[[float], None] = lambda share: None) -> NDArray[np.float32]:
        """Return torch's answers to all samples: probabilities ``[samples, classes]``, or numbers ``[samples, 1]``."""
        found: NDArray[np.float32] = self.model.answers(self.logits(report)).numpy()
        return found

    @property
    def scale(self) -> float:
        """What differences are divided by: 1, or for a regression the training targets' standard deviation."""
        answers = self.model.answers
        return float(answers.target_std) if answers.output == "number" else 1.0
