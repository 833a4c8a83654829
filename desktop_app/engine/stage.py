"""One stage made ready to train: what goes in, which modules run, which of their parameters learn."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from desktop_app.api import SplitNetwork
from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.features import compute_features
from desktop_app.engine.data.sources import InMemory, Source
from desktop_app.engine.device import memory_for_data
from desktop_app.engine.job import Job, StagePlan
from desktop_app.engine.layer_decay import decayed_shares
from desktop_app.engine.networks.freezing import freeze, set_training, thaw_last
from desktop_app.engine.task import PictureInput


class Chain(nn.Module):
    """Modules run one after another, for the parameters and the modes of all of them at once."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(modules)

    def forward(self, values: Tensor) -> Tensor:
        """Return what the last part gives."""
        for part in self.parts:
            values = part(values)
        return values


@dataclass(frozen=True)
class Stage:
    """A stage that can be trained.

    ``inputs`` gives what ``preparing`` turns into the input of ``learning``, which gives logits; nothing before
    ``learning`` changes in this stage. ``augmentation`` is applied to training samples alone. ``still`` are thawed
    norms of a backbone: their scale and shift learn, and they go on normalising with the statistics they came with,
    because a few small batches say less about pictures than what they were trained on. ``shares`` are the parts of the
    learning rate that a backbone's parameters have; none where all learn at one rate.
    """

    plan: StagePlan
    inputs: Source
    preparing: nn.Module
    learning: nn.Module
    augmentation: nn.Module | None = None
    still: tuple[nn.Module, ...] = ()
    shares: Mapping[nn.Parameter, float] = field(default_factory=dict)

    def train(self) -> None:
        """Switch what learns to training; what is frozen, and norms that keep their statistics, stay as they are."""
        set_training(self.learning, True)
        for norm in self.still:
            norm.eval()

    @property
    def parameters(self) -> list[tuple[str, nn.Parameter]]:
        """The parameters that learn, with their names."""
        return [(name, weight) for name, weight in self.learning.named_parameters() if weight.requires_grad]

    def training_batches(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """Yield the inputs of ``learning`` for training."""
        for raw in self.inputs.batches(batches):
            if self.augmentation is not None:
                raw = self.augmentation(raw)
            with torch.no_grad():
                values = self.preparing(raw)
            yield values

    def evaluation_batches(self, batches: Sequence[Tensor]) -> Iterator[Tensor]:
        """Yield the inputs of ``learning``, unchanged."""
        for raw in self.inputs.batches(batches):
            yield self.preparing(raw)


class StageMaker:
    """Makes a job's stages in turn; features that two stages need are computed together.

    Args:
        kept: Whether the features before a cut are kept in memory, where that was decided already; new decisions are
            added. Kept features differ from those computed in each step in the last bits, so a resumed run, whatever
            memory is free then, does as it did before.
    """

    def __init__(self, job: Job, report: Callable[[str, int, int], None], kept: dict[int, bool]) -> None:
        self._job = job
        self._report = report
        self._kept = kept
        self._features: dict[int, InMemory] = {}

    def make(self, plan: StagePlan) -> Stage:
        """Freeze and thaw as ``plan`` says, and return the stage."""
        job = self._job
        network = job.model.network
        augmentation = self._augmentation()
        if not plan.frozen:
            network.requires_grad_(True)
            return Stage(plan, job.source, job.model.preprocessing, network, augmentation)
        assert isinstance(network, SplitNetwork)
        cut = self._freeze(network, plan)
        rest = Chain([*network.blocks[cut:], network.head])
        still = tuple(module for module in network.blocks.modules() if isinstance(module, BatchNorm))
        decay = plan.layer_decay
        shares = decayed_shares(network, decay) if plan.thawed and decay != 1.0 else {}
        if augmentation is None:
            features = self._features_at(cut, network)
            if features is not None:
                return Stage(plan, features, nn.Identity(), rest, still=still, shares=shares)
        before = Chain([job.model.preprocessing, *network.blocks[:cut]])
        before.eval()
        return Stage(plan, job.source, before, rest, augmentation, still, shares)

    def _freeze(self, network: SplitNetwork, plan: StagePlan) -> int:
        """Return the cut: how many blocks lie before everything that learns in this stage."""
        network.head.requires_grad_(True)
        if plan.thawed:
            return thaw_last(network, plan.thawed)
        freeze(network.blocks)
        return len(network.blocks)

    def _features_at(self, cut: int, network: SplitNetwork) -> InMemory | None:
        """Return the features before block ``cut``, or ``None`` where they do not fit into memory."""
        if cut == 0 or self._kept.get(cut) is False:
            return None
        if cut not in self._features:
            cuts = [place for place in self._cuts_from(cut, network) if self._kept.get(place) is not False]
            phase = "Computing features"
            total = len(self._job.source)
            network.blocks.eval()
            self._features = compute_features(
                self._job.source,
                self._job.model.preprocessing,
                list(network.blocks),
                cuts,
                lambda done: self._report(phase, done, total),
                sys.maxsize if self._kept.get(cut) else memory_for_data(self._job.device),
            )
            for place in cuts:
                self._kept.setdefault(place, place in self._features)
        return self._features.get(cut)

    def _cuts_from(self, cut: int, network: SplitNetwork) -> list[int]:
        """Return ``cut`` and those of later stages whose features are the same: nothing before them has learned."""
        if cut < len(network.blocks):
            return [cut]  # a fine-tuning: what comes after this cut is about to change
        later = [thaw_last(network, plan.thawed) for plan in self._job.stages if plan.thawed]
        freeze(network.blocks)
        return [cut, *(place for place in later[:1] if place > 0)]

    def _augmentation(self) -> Augmentation | None:
        strength = self._job.experiment.data.augment
        into = self._job.task.input
        if strength == "none" or not isinstance(into, PictureInput):
            return None
        return Augmentation(strength, into.height, into.width)
