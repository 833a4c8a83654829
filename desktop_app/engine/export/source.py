"""A run opened for export: its best network, the samples it is compared on, and its answers, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from desktop_app.engine.export.calibration import calibrate
from desktop_app.engine.export.data_identity import data_sha256
from desktop_app.engine.networks.build import Model
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples, validation_samples
from desktop_app.errors import DataError
from desktop_app.inference.metadata import Calibration
from desktop_app.registry import Registry

_BATCH = 32


@dataclass
class ExportSource:
    """What every file exported from a run is made of and compared with; one thread uses it.

    ``model`` is the best network, in evaluation mode, on the CPU; ``calibration`` what ``calibrate`` found. Files say
    which data they come from, unless ``says_data`` is off.
    """

    run: Run
    registry: Registry
    model: Model
    samples: ValidationSamples
    calibration: Calibration | None = None
    says_data: bool = True
    captured: tuple[object, torch.export.ExportedProgram] | None = field(default=None, repr=False)
    """What torch captured of the network last, and of what; see ``divergence.py``."""
    _logits: Tensor | None = field(default=None, repr=False)
    _data_sha256: str | None = field(default=None, repr=False)

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

    def calibrate(self, report: Callable[[float], None] = lambda share: None) -> Calibration | None:
        """Fit temperature and not-sure threshold on the validation samples, and return them.

        From then on ``answers`` are those of the calibrated network. A regression has no probabilities, so nothing is
        fitted. A run without validation samples is compared on samples that it was trained on, and on these it is more
        certain than it will be elsewhere: its temperature stays 1, and nothing is kept.
        """
        validated = bool(self.run.files.read_json(self.run.files.split)["validation"])
        if not self.run.task.is_classification or not validated:
            return None
        self.model.answers.temperature = 1.0
        labels = self.samples.labels
        assert labels is not None
        logits = self.model.answers.class_logits(self.logits(report))
        self.calibration = calibrate(logits.numpy(), labels)
        self.model.answers.temperature = self.calibration.temperature
        return self.calibration

    def data_sha256(self, report: Callable[[float], None] = lambda share: None) -> str:
        """Return the SHA-256 of the run's data, computed when first asked for; see ``data_identity.py``.

        Raises: ``DataError`` where the data cannot be read.
        """
        if not self.says_data:
            return ""
        if self._data_sha256 is None:
            self._data_sha256 = data_sha256(self.run, self.registry, report)
        return self._data_sha256

    @property
    def scale(self) -> float:
        """What differences are divided by: 1, or for a regression the training targets' standard deviation."""
        answers = self.model.answers
        return float(answers.target_std) if answers.output == "number" else 1.0
