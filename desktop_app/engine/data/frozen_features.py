"""The features of a job's frozen blocks: where they come from and where they are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from desktop_app.api import SplitNetwork
from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.engine.data.features import ComputedEachTime, FrozenPart, Wanted, compute_features
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
        report: Called with a phase, the number done and the total; may raise to cancel.
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

    def at(self, cut: int, cuts: Sequence[int], views: Views | None) -> Source:
        """Return the features before block ``cut``; those before the other ``cuts`` are computed with them."""
        if cut not in self._features and self._job.experiment.training.cache_features:
            self._features = self._computed(cuts, views, memory_for_data(self._job.device))
        if cut not in self._features:
            self._features[cut] = ComputedEachTime(views or self._job.source, self._frozen(), cut)
        return self._features[cut]

    def warm(self, cuts: Sequence[int], views: Views | None) -> None:
        """Put the features before each of ``cuts`` into the cache alone."""
        self._computed(cuts, views, 0)

    def _computed(self, cuts: Sequence[int], views: Views | None, budget: int) -> dict[int, Source]:
        job = self._job
        with FeatureCache(features_folder()) as cache:
            names = self._named(cache)
            if views is None:
                wanted = Wanted(job.source, torch.arange(len(job.source)), names)
            else:
                places = views.needed(torch.from_numpy(job.split.training))
                wanted = Wanted(views, places, [views.name(place) for place in places.tolist()])
            total = len(wanted.places)
            try:
                found = compute_features(
                    wanted, self._frozen(), cuts, lambda done: self._report(PHASE, done, total), budget, cache
                )
            finally:
                if cache.problem and not self._told:
                    self._told = True
                    self._notice(f"{cache.problem} This run goes on without.")
        if views is None:
            return dict(found)
        return {cut: Selected(source, wanted.places, len(views)) for cut, source in found.items()}

    def _named(self, cache: FeatureCache) -> list[bytes]:
        if self._names is None:
            total = len(self._job.source)
            self._names = sample_names(self._job.source, cache, lambda done: self._report(LOOKING, done, total))
        return self._names

    def _frozen(self) -> FrozenPart:
        network = self._job.model.network
        assert isinstance(network, SplitNetwork)
        return FrozenPart(self._job.model.preprocessing, list(network.blocks))
