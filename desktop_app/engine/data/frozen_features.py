"""The features of a job's frozen blocks: where they come from and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from desktop_app.api import SplitNetwork
from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.engine.data.features import ComputedEachTime, FrozenPart, Wanted, before_head, compute_features
from desktop_app.engine.data.sample_names import sample_names
from desktop_app.engine.data.sources import Source
from desktop_app.engine.data.views import Selected, Views
from desktop_app.engine.device import memory_for_data
from desktop_app.engine.job import Job

LOOKING = "Looking for features that are known"
PHASE = "Computing features"


class FrozenFeatures:
    """Features of one job by cut, each computed at most once.

    All ways to them give the same bits: from memory, from the cache's files, or computed in each step.

    Args:
        report: Called with a phase, the number done and the total, several times a batch; may raise to cancel.
        notice: Called with a sentence, once, where the cache refuses.
    """

    def __init__(self, job: Job, report: Callable[[str, int, int], None], notice: Callable[[str], None]) -> None:
        self._job = job
        self._report = report
        self._notice = notice
        self._told = False
        self._features: dict[int, Source] = {}
        self._names: list[bytes] | None = None
        self._views: Views | None = None

    def views(self, augmentation: Augmentation | None) -> Views | None:
        """Return the augmented views that the experiment asks for, or ``None`` where it asks for none."""
        experiment = self._job.experiment
        if augmentation is None or not experiment.data.views:
            return None
        if self._views is None:
            with FeatureCache(features_folder()) as cache:
                names = self._named(cache)
            seed = experiment.training.seed
            self._views = Views(self._job.source, augmentation, names, experiment.data.views, seed)
        return self._views

    def at(self, cut: int, cuts: Sequence[int], views: Views | None = None, places: Tensor | None = None) -> Source:
        """Return the features before block ``cut``; those before the other ``cuts`` are computed with them.

        Args:
            views: What the features are of, instead of the plain pictures.
            places: Those samples whose features are wanted, of the job's; all that a run needs where there are none.
        """
        if cut not in self._features and self._job.experiment.training.cache_features:
            self._features = self._computed(cuts, views, places, memory_for_data(self._job.device))
        if cut not in self._features:
            self._features[cut] = ComputedEachTime(views or self._job.source, self._frozen(), cut)
        return self._features[cut]

    def warm(self, cuts: Sequence[int], views: Views | None) -> None:
        """Put the features before each of ``cuts`` into the cache alone."""
        self._computed(cuts, views, None, 0)

    def _computed(
        self, cuts: Sequence[int], views: Views | None, places: Tensor | None, budget: int
    ) -> dict[int, Source]:
        job = self._job
        whole: Source = views or job.source
        if views is not None:
            places = views.needed(torch.from_numpy(job.split.training))
        wanted = torch.arange(len(whole)) if places is None else places
        done, total = 0, len(wanted)
        with FeatureCache(features_folder()) as cache:
            names = self._named(cache)
            named = [views.name(place) if views else names[place] for place in wanted.tolist()]

            def tell(count: int) -> None:
                nonlocal done
                done = count
                self._report(PHASE, done, total)

            frozen = self._frozen(lambda: self._report(PHASE, done, total))
            try:
                found = compute_features(Wanted(whole, wanted, named), frozen, cuts, tell, budget, cache)
            finally:
                if cache.problem and not self._told:
                    self._told = True
                    self._notice(f"{cache.problem} Trainings go on all the same, and compute them again.")
        if places is None:
            return dict(found)
        return {cut: Selected(source, wanted, len(whole)) for cut, source in found.items()}

    def _named(self, cache: FeatureCache) -> list[bytes]:
        if self._names is None:
            total = len(self._job.source)
            self._names = sample_names(self._job.source, cache, lambda done: self._report(LOOKING, done, total))
        return self._names

    def _frozen(self, between: Callable[[], None] = lambda: None) -> FrozenPart:
        network = self._job.model.network
        assert isinstance(network, SplitNetwork)
        blocks = before_head(list(network.blocks), network.head)
        return FrozenPart(self._job.model.preprocessing, blocks, between)
