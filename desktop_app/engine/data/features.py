"""What frozen blocks make of each sample, computed once and trained on many times."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from desktop_app.engine.data.feature_cache import FeatureCache, RowReader, StoredRow
from desktop_app.engine.data.feature_keys import space_keys
from desktop_app.engine.data.sources import InMemory, Source

# Batches of one size, the last one padded: another size changes the last bits of the same sample's features.
FEATURE_BATCH = 32
# A choice for all networks, and part of the key: a probe of which layout is faster would let the bits depend on chance.
LAYOUT = torch.channels_last


class FrozenPart:
    """Preprocessing and the blocks that nothing learns in, run in padded batches of one size.

    A sample's features are the same bits whatever it is computed together with, at whatever place and whenever.

    Args:
        between: Called before each block; may raise to cancel.
    """

    def __init__(
        self, preprocessing: nn.Module, blocks: Sequence[nn.Module], between: Callable[[], None] = lambda: None
    ) -> None:
        self.preprocessing = preprocessing
        self.blocks = blocks
        self._between = between

    def keys(self, sample: Tensor) -> dict[int, str]:
        """Return the spaces of the cache, by cut, for raw samples such as ``sample``, ``[1, ...]``."""
        engine = f"eager float32 {LAYOUT} batches of {FEATURE_BATCH}"
        return space_keys(self.preprocessing, self.blocks, sample, engine)

    def features(self, raw: Tensor, cuts: Sequence[int]) -> dict[int, Tensor]:
        """Return ``float32 [samples, ...]`` by cut for at most ``FEATURE_BATCH`` raw samples."""
        found = {}
        # Reduced types belong to what learns: what is kept serves runs of every precision.
        with torch.no_grad(), torch.autocast(raw.device.type, enabled=False):
            values = self.preprocessing(padded(raw))
            if values.ndim == 4:
                values = values.contiguous(memory_format=LAYOUT)
            for place in range(max(cuts) + 1):
                if place in cuts:
                    found[place] = values[: len(raw)].to(torch.float32).contiguous()
                if place < max(cuts):
                    self._between()
                    values = self.blocks[place](values)
        return found


def averaged(blocks: Sequence[nn.Module]) -> list[nn.Module]:
    """Return the blocks, the last one with an average over all places behind it."""
    return [*blocks[:-1], nn.Sequential(blocks[-1], nn.AdaptiveAvgPool2d(1))]


def before_head(blocks: Sequence[nn.Module], head: nn.Module) -> list[nn.Module]:
    """Return the blocks, averaged where that is how ``head`` begins.

    What is kept is then a number a channel instead of one a place (for most backbones a 49th part), and goes into the
    same head: the average of one number is that number.
    """
    first = next(iter(head), None) if isinstance(head, nn.Sequential) else None
    averages = isinstance(first, nn.AdaptiveAvgPool2d) and first.output_size == 1
    return averaged(blocks) if blocks and averages else list(blocks)


@dataclass(frozen=True)
class Wanted:
    """Samples whose features are wanted: their places in the source and, for the cache, the names of their content."""

    source: Source
    places: Tensor
    names: Sequence[bytes]


class Mapped:
    """Features that are read from the cache's files in each step, ``float32`` on ``device``."""

    def __init__(self, rows: Sequence[StoredRow], device: torch.device) -> None:
        self._rows = rows
        self._reader = RowReader()
        self._device = device

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield rows."""
        for batch in places:
            yield torch.from_numpy(np.stack([self._row(place) for place in batch.tolist()])).to(self._device)

    def _row(self, place: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        row = self._reader.row(self._rows[place])
        if row is None:
            raise OSError(f"{self._rows[place].file} is gone while features were read from it; resume the run.")
        return row

    def __len__(self) -> int:
        return len(self._rows)


class ComputedEachTime:
    """Features that are not kept: computed in each step, from the samples of several batches where these are small."""

    def __init__(self, source: Source, frozen: FrozenPart, cut: int) -> None:
        self._source = source
        self._frozen = frozen
        self._cut = cut

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the features of each batch, the same bits as kept ones."""
        sizes: deque[int] = deque()

        def regrouped() -> Iterator[Tensor]:
            waiting: list[int] = []
            for batch in places:
                sizes.append(len(batch))
                waiting += batch.tolist()
                while len(waiting) >= FEATURE_BATCH:
                    yield torch.tensor(waiting[:FEATURE_BATCH])
                    del waiting[:FEATURE_BATCH]
            if waiting:
                yield torch.tensor(waiting)

        held: list[Tensor] = []
        count = 0
        for raw in self._source.batches(regrouped()):
            held.append(self._frozen.features(raw, [self._cut])[self._cut])
            count += len(raw)
            while sizes and count >= sizes[0]:
                size = sizes.popleft()
                joined = torch.cat(held)
                # A copy of its own, as rows that are picked from memory are.
                yield joined[:size].clone()
                held, count = [joined[size:]], count - size

    def __len__(self) -> int:
        return len(self._source)


def compute_features(
    wanted: Wanted,
    frozen: FrozenPart,
    cuts: Sequence[int],
    report: Callable[[int], None],
    budget: int,
    cache: FeatureCache | None = None,
) -> dict[int, InMemory | Mapped]:
    """Return the features before each of ``cuts``, taken from the cache where they are there, else computed and added.

    Args:
        cuts: How many blocks lie before each place; the number of blocks means the end.
        report: Called with the number of samples done; may raise to cancel. What was computed so far is in the cache.
        budget: Bytes that all features together may take in memory. What does not fit is read from the cache's files
            later on; a cut for which there is room in neither is left out.

    Returns: features by cut, ``float32 [len(places), ...]``, in the order of ``wanted.places``.
    """
    filling = _Filling(wanted, frozen, budget, cache)
    return filling.run(sorted(set(cuts), reverse=True), report)  # the later a cut, the smaller and the more it saves


class _Filling:
    """One pass over the samples whose features are not there yet."""

    def __init__(self, wanted: Wanted, frozen: FrozenPart, budget: int, cache: FeatureCache | None) -> None:
        self._wanted, self._frozen, self._budget, self._cache = wanted, frozen, budget, cache
        self._kept: dict[int, Tensor] = {}
        self._stored: dict[int, dict[bytes, StoredRow]] = {}

    def run(self, cuts: list[int], report: Callable[[int], None]) -> dict[int, InMemory | Mapped]:
        wanted, total = self._wanted, len(self._wanted.places)
        if not total:
            return {}
        sample = self._raw(wanted.places[:1])
        self._device = sample.device
        keys = self._frozen.keys(sample) if self._cache else {}
        missing = self._recall(cuts, keys)
        shapes = {cut: next(iter(rows.values())).shape for cut, rows in self._stored.items() if rows}
        ahead = None
        if len(shapes) < len(cuts):  # then all samples lack something, and the first batch is as good as any to learn
            ahead = self._frozen.features(self._raw(wanted.places[:FEATURE_BATCH]), cuts)
            shapes = {cut: tuple(found.shape[1:]) for cut, found in ahead.items()}
        cuts = [cut for cut in cuts if self._allot(cut, shapes[cut], total)]
        missing = self._load(cuts, keys, missing)
        done = total - len(missing)
        if done and cuts:
            report(done)
        batches = torch.split(torch.tensor(missing, dtype=torch.int64), FEATURE_BATCH) if missing and cuts else ()
        for batch, features in self._computed(batches, cuts, ahead):
            for cut in cuts:
                found = features[cut]
                if cut in self._kept:
                    self._kept[cut][batch.to(found.device)] = found
                if self._cache:
                    self._cache.add(keys[cut], [wanted.names[place] for place in batch.tolist()], found.cpu().numpy())
            done += len(batch)
            report(done)
        return self._sources(cuts, keys)

    def _raw(self, places: Tensor) -> Tensor:
        return next(iter(self._wanted.source.batches([places])))

    def _computed(
        self, batches: Sequence[Tensor], cuts: Sequence[int], ahead: dict[int, Tensor] | None
    ) -> Iterator[tuple[Tensor, dict[int, Tensor]]]:
        """Yield batches of places among those wanted, with their features; ``ahead`` are those of the first batch."""
        if ahead is not None and batches:
            yield batches[0], ahead
            batches = batches[1:]
        raw = self._wanted.source.batches(self._wanted.places[batch] for batch in batches)
        for batch, samples in zip(batches, raw, strict=True):
            yield batch, self._frozen.features(samples, cuts)

    def _recall(self, cuts: list[int], keys: dict[int, str]) -> list[int]:
        """Ask the cache where rows lie, and return the places of samples that lack one."""
        for cut in cuts if self._cache else ():
            assert self._cache
            self._stored[cut] = self._cache.find(keys[cut], list(dict.fromkeys(self._wanted.names)))
        names = self._wanted.names
        return [
            place
            for place in range(len(self._wanted.places))
            if not self._cache or any(names[place] not in self._stored[cut] for cut in cuts)
        ]

    def _allot(self, cut: int, shape: tuple[int, ...], total: int) -> bool:
        """Make room for a cut in memory, or see to it that there is some on disk; returns whether it is kept at all."""
        size = 4 * int(np.prod(shape)) * total
        if size <= self._budget:
            self._budget -= size
            self._kept[cut] = torch.empty((total, *shape), device=self._device)
            return True
        return self._cache is not None and not self._cache.problem and self._cache.has_room(size)

    def _load(self, cuts: list[int], keys: dict[int, str], missing: list[int]) -> list[int]:
        """Take stored rows into memory, and return the places of samples to compute: damaged rows are among them."""
        lacking, reader, names = set(missing), RowReader(), self._wanted.names
        for cut in cuts if self._cache else ():
            damaged = set()
            for place in range(len(names)):
                stored = self._stored[cut].get(names[place])
                row = reader.verified(stored) if stored else None
                if row is None:
                    lacking.add(place)
                    if stored:
                        damaged.add(names[place])
                elif cut in self._kept:
                    self._kept[cut][place] = torch.from_numpy(np.array(row))
            if damaged and self._cache:
                self._cache.forget(keys[cut], list(damaged))
        return sorted(lacking)

    def _sources(self, cuts: list[int], keys: dict[int, str]) -> dict[int, InMemory | Mapped]:
        sources: dict[int, InMemory | Mapped] = {}
        for cut in cuts:
            if cut in self._kept:
                sources[cut] = InMemory(self._kept[cut])
            elif self._cache:
                stored = self._cache.find(keys[cut], list(dict.fromkeys(self._wanted.names)))
                if all(name in stored for name in self._wanted.names):
                    sources[cut] = Mapped([stored[name] for name in self._wanted.names], self._device)
        return sources


def padded(raw: Tensor) -> Tensor:
    """Return a batch with its last sample repeated until it has ``FEATURE_BATCH`` of them."""
    missing = FEATURE_BATCH - len(raw)
    return torch.cat([raw, raw[-1:].expand(missing, *raw.shape[1:])]) if missing > 0 else raw
