"""One stage made ready to train: what goes in, which modules run, which of their parameters learn."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm

from desktop_app.api import SplitNetwork
from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.frozen_features import FrozenFeatures
from desktop_app.engine.data.mixing import Mixing
from desktop_app.engine.data.sources import Source
from desktop_app.engine.data.views import Views
from desktop_app.engine.device import moved
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
    ``learning`` changes in this stage. ``augmentation`` and then ``mixing`` are applied to training samples alone.
    ``still`` are thawed norms of a backbone: their scale and shift learn, and they go on normalising with the
    statistics they came with, because a few small batches say less about pictures than what they were trained on. With
    ``views`` the inputs are those of several augmented views a picture, of which each epoch draws one.
    ``shares`` are the parts of the learning rate that a backbone's parameters have; none where all learn at one rate.
    ``evaluated`` gives what ``learning`` is evaluated on, where ``inputs`` are changed anew in each epoch and what
    comes before ``learning`` is costly: samples that nothing changes need not go through it each time.
    """

    plan: StagePlan
    inputs: Source
    preparing: nn.Module
    learning: nn.Module
    augmentation: nn.Module | None = None
    mixing: Mixing | None = None
    still: tuple[nn.Module, ...] = ()
    views: Views | None = None
    shares: Mapping[nn.Parameter, float] = field(default_factory=dict)
    evaluated: Source | None = None

    def train(self) -> None:
        """Switch what learns to training; what is frozen, and norms that keep their statistics, stay as they are."""
        set_training(self.learning, True)
        for norm in self.still:
            norm.eval()

    @property
    def has_batch_norm(self) -> bool:
        """Whether something normalises with the statistics of the batch that goes through it."""
        norms = (module for module in self.learning.modules() if isinstance(module, BatchNorm))
        return any(norm not in self.still and next(norm.parameters(), None) is not None for norm in norms)

    def evaluates(self, source: Source) -> bool:
        """Return whether evaluation takes the samples of ``source`` themselves, not what was made of them."""
        return (self.inputs if self.evaluated is None else self.evaluated) is source

    @property
    def parameters(self) -> list[tuple[str, nn.Parameter]]:
        """The parameters that learn, with their names."""
        return [(name, weight) for name, weight in self.learning.named_parameters() if weight.requires_grad]

    def training_batches(
        self, batches: Sequence[Tensor], targets: Tensor, seed: tuple[int, ...], at_once: int = 0
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the inputs of ``learning`` for training, and what they should give.

        Args:
            targets: Of all samples, on the device. Where pictures are mixed, a batch's are shares of classes.
            seed: The epoch's, which views are drawn by.
            at_once: So many samples go through what is frozen at a time; 0: a whole batch.
        """
        drawn = batches if self.views is None else self.views.drawn(batches, seed)
        for batch, raw in zip(batches, self.inputs.batches(drawn), strict=True):
            wanted = targets[moved(batch, targets.device)]
            if self.augmentation is not None:
                raw = self.augmentation(raw)
            if self.mixing is not None:
                raw, wanted = self.mixing(raw, wanted)
            with torch.no_grad():
                if 0 < at_once < len(raw):
                    values = torch.cat([self.preparing(part) for part in torch.split(raw, at_once)])
                else:
                    values = self.preparing(raw)
            yield values, wanted

    def evaluation_batches(self, batches: Sequence[Tensor]) -> Generator[Tensor, None, None]:
        """Yield the inputs of ``learning``, unchanged."""
        if self.evaluated is not None:
            yield from self.evaluated.batches(batches)
            return
        for raw in self.inputs.batches(batches):
            yield self.preparing(raw)


class StageMaker:
    """Makes a job's stages in turn; features that two stages need are computed together.

    Args:
        report: Called with a phase, the number done and the total; may raise to cancel.
        notice: Called with a sentence where features cannot be kept as they should be.
    """

    def __init__(
        self,
        job: Job,
        report: Callable[[str, int, int], None],
        notice: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self._job = job
        self._features = FrozenFeatures(job, report, notice)

    def make(self, plan: StagePlan) -> Stage:
        """Freeze and thaw as ``plan`` says, and return the stage."""
        job = self._job
        network = job.model.network
        augmentation, mixing = self._augmentation(), self._mixing()
        if not plan.frozen:
            network.requires_grad_(True)
            return Stage(plan, job.source, job.model.preprocessing, network, augmentation, mixing)
        assert isinstance(network, SplitNetwork)
        cut = self._freeze(network, plan)
        rest = Chain([*network.blocks[cut:], network.head])
        still = tuple(module for module in network.blocks.modules() if isinstance(module, BatchNorm))
        decay = plan.layer_decay
        shares = decayed_shares(network, decay) if plan.thawed and decay != 1.0 else {}
        views = self._features.views(augmentation)
        # A mean of two pictures' features is not the features of their mean: what is mixed goes through every time.
        if cut > 0 and mixing is None and (augmentation is None or views is not None):
            network.blocks.eval()
            inputs = self._features.at(cut, self._cuts_from(cut, network), views)
            return Stage(plan, inputs, nn.Identity(), rest, still=still, views=views, shares=shares)
        before = Chain([job.model.preprocessing, *network.blocks[:cut]])
        before.eval()
        augmented = None if views else augmentation
        inputs = views or job.source
        evaluated = None
        if cut > 0:
            cuts = self._cuts_from(cut, network)
            evaluated = self._features.at(cut, cuts, places=torch.from_numpy(job.split.validation))
        return Stage(plan, inputs, before, rest, augmented, mixing, still, views, shares, evaluated)

    def warm(self, plan: StagePlan) -> None:
        """Put the features that ``plan`` needs into the cache, and make nothing."""
        network = self._job.model.network
        augmentation = self._augmentation()
        views = self._features.views(augmentation)
        is_computed_anew = self._mixing() is not None or (augmentation is not None and views is None)
        if not plan.frozen or not isinstance(network, SplitNetwork) or is_computed_anew:
            return
        cut = self._freeze(network, plan)
        network.blocks.eval()
        if cut > 0:
            self._features.warm(self._cuts_from(cut, network), views)

    def _freeze(self, network: SplitNetwork, plan: StagePlan) -> int:
        """Return the cut: how many blocks lie before everything that learns in this stage."""
        network.head.requires_grad_(True)
        if plan.thawed:
            return thaw_last(network, plan.thawed)
        freeze(network.blocks)
        return len(network.blocks)

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

    def _mixing(self) -> Mixing | None:
        kind = self._job.experiment.data.mix
        return None if kind == "none" else Mixing(kind, len(self._job.task.classes))
