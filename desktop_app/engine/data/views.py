"""A fixed number of augmented views a picture, whose features can be kept; epochs draw among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from desktop_app.engine.data.augment import Augmentation
from desktop_app.engine.data.feature_keys import view_name
from desktop_app.engine.data.sources import Source, mixed
from desktop_app.engine.own_randomness import drawing_from


class Views:
    """A source with several samples a picture: place ``p + n * view``, of ``n`` pictures; view 0 is the plain picture.

    What a view looks like depends on the seed, the picture's content and the view's number, and on nothing else.

    Args:
        names: Of the pictures' contents.
        count: Augmented views a picture.
    """

    def __init__(
        self, source: Source, augmentation: Augmentation, names: Sequence[bytes], count: int, seed: int
    ) -> None:
        self._source = source
        self._augmentation = augmentation
        self._names = names
        self._count = count
        self._seed = seed

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield plain and changed pictures, ``uint8 [batch, height, width, 3]``."""
        asked: list[Tensor] = []

        def plain() -> Iterator[Tensor]:
            for batch in places:
                asked.append(batch)
                yield batch % len(self._source)

        for raw in self._source.batches(plain()):
            batch = asked.pop(0).tolist()
            yield torch.stack([self._changed(one, place) for one, place in zip(raw, batch, strict=True)])

    def __len__(self) -> int:
        return len(self._source) * (self._count + 1)

    def name(self, place: int) -> bytes:
        """Return the name of what ``place`` shows."""
        view, picture = divmod(place, len(self._source))
        plain = self._names[picture]
        return view_name(plain, f"{self._augmentation.settings} seed {self._seed}", view) if view else plain

    def needed(self, training: Tensor) -> Tensor:
        """Return the places that a run needs: of ``training`` pictures the views, of the others the plain ones."""
        count = len(self._source)
        others = torch.ones(count, dtype=torch.bool)
        others[training] = False
        views = [training + count * view for view in range(1, self._count + 1)]
        return torch.cat([torch.arange(count)[others], *views])

    def drawn(self, batches: Sequence[Tensor], seed: tuple[int, ...]) -> list[Tensor]:
        """Return batches of pictures as places of views, one of each drawn from ``seed`` and the picture alone."""
        count = len(self._source)
        generator = torch.Generator().manual_seed(mixed((*seed, self._count)))
        view = torch.randint(1, self._count + 1, (count,), generator=generator)
        return [batch + count * view[batch] for batch in batches]

    def _changed(self, raw: Tensor, place: int) -> Tensor:
        view, picture = divmod(place, len(self._source))
        if not view:
            return raw
        content = int.from_bytes(self._names[picture][:8], "little")
        generator = torch.Generator().manual_seed(mixed((self._seed, content, view)))
        with drawing_from(generator):
            changed: Tensor = self._augmentation(raw[None])[0]
        return changed


class Selected:
    """Some places of a larger source, whose values lie in ``values`` in the order of ``places``."""

    def __init__(self, values: Source, places: Tensor, size: int) -> None:
        self._values = values
        self._size = size
        self._row = torch.full((size,), -1, dtype=torch.int64)
        self._row[places] = torch.arange(len(places))

    def batches(self, places: Iterable[Tensor]) -> Iterator[Tensor]:
        """Yield the values of places."""
        return self._values.batches(self._row[batch] for batch in places)

    def __len__(self) -> int:
        return self._size
