"""The parity card: what was compared, on what, by which provider, and where the two part."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Variant = Literal["float32", "float16", "int8"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parity(_Part):
    """How far the file and the network differ.

    ``max_abs_diff`` and ``mean_abs_diff`` are of probabilities; for a regression, of predictions in the training
    targets' standard deviations. ``top1_agreement`` is the share of samples with the same label. The accuracies are
    ``None`` for a regression, which has the share of its targets' variance that the predictions explain instead (R²,
    at most 1; ``None`` where all targets are the same).
    """

    samples: int
    top1_agreement: float
    max_abs_diff: float
    mean_abs_diff: float
    accuracy_torch: float | None
    accuracy_onnx: float | None
    passed: bool
    explained_torch: float | None = None
    explained_onnx: float | None = None

    @property
    def lost(self) -> float:
        """How much worse the file is than the network: a share, 0 to 1, of accuracy or of explained variance.

        Below 0 where it is better. Where neither is known, it is how far the predictions moved: the mean squared
        difference is at most the largest one squared.
        """
        if self.accuracy_torch is not None and self.accuracy_onnx is not None:
            return self.accuracy_torch - self.accuracy_onnx
        if self.explained_torch is not None and self.explained_onnx is not None:
            return self.explained_torch - self.explained_onnx
        return self.max_abs_diff**2


class ParityRule(_Part):
    """What has to hold: no probability further away than ``largest``, or at most ``most_lost`` of accuracy lost.

    Both are shares, 0 to 1; of a regression, ``most_lost`` is of the explained variance. With ``largest`` the labels
    have to be the same too, unless torch's two best lie closer together than the difference.
    """

    largest: float | None = 1e-4
    most_lost: float | None = None


class ProviderParity(_Part):
    """The comparison on one of ONNX Runtime's providers."""

    provider: str
    parity: Parity


class Difference(_Part):
    """One sample with both answers; ``torch`` and ``onnx`` are probabilities in the labels' order, or one number."""

    name: str
    truth: str
    torch_label: str
    onnx_label: str
    torch: tuple[float, ...]
    onnx: tuple[float, ...]
    difference: float


class Divergence(_Part):
    """The first layer whose output is another, or where else the file and the network part.

    ``layer`` is its name in the network, as the Model page shows it; ``preprocessing``, ``answers`` (after the last
    layer), ``resizing`` (inside the file) or ``capture`` (the exporter saw another network) where it is none.
    ``operator`` is ONNX's. ``difference`` is the length of the difference as a share of the output's length.
    """

    layer: str
    operator: str
    difference: float


class ParityCard(_Part):
    """The proof that goes with one file.

    ``model`` is the file's name and ``sha256`` its content's; ``differing`` holds the samples that differ most, the
    furthest first. ``passed`` where every provider passed. ``remarks`` are whole sentences about how the file was made
    that whoever uses it should know.
    """

    model: str
    sha256: str
    size_bytes: int
    run: str
    variant: Variant
    labels: tuple[str, ...]
    rule: ParityRule
    providers: tuple[ProviderParity, ...]
    differing: tuple[Difference, ...] = ()
    divergence: Divergence | None = None
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every provider passed, and there was one."""
        return bool(self.providers) and all(each.parity.passed for each in self.providers)

    @property
    def parity(self) -> Parity:
        """The comparison that is furthest off."""
        return max(
            (each.parity for each in self.providers), key=lambda parity: (not parity.passed, parity.max_abs_diff)
        )
