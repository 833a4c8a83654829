"""One folder of pictures that is being labelled: labels, what the network sees in the pictures, and proposals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.engine.labelling.keeping import LabelKeeper
from desktop_app.engine.labelling.sheet import LabelSheet
from desktop_app.errors import DataError, DownslopeError
from desktop_app.window.background import Background, sentence

TRAINED_FROM = 2
"""Labelled pictures a class from which two classes can be trained on."""

CLASS_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
_FEATURES = "labelling-features"
_WATCHED_EVERY_MS = 100
FeatureState = Literal["waiting", "running", "ready", "failed"]


class LabellingSession(QObject):
    """Pictures are known by their place; labels, in the sheet and the file, by the picture's name in the folder.

    ``changed``: labels, classes or proposals are others now. ``progressed``: the features are further. ``refused``
    carries the sentence of what could not be done. All of it lives on the window's thread.
    """

    changed = Signal()
    progressed = Signal()
    refused = Signal(str)

    def __init__(
        self, keeper: LabelKeeper, paths: list[Path], labels: dict[str, str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.keeper = keeper
        self.paths = paths
        self.names = [path.relative_to(keeper.folder).as_posix() for path in paths]
        self._place_of = {name: place for place, name in enumerate(self.names)}
        self.sheet = LabelSheet(labels)
        self.proposals: dict[int, Any] = {}
        self.unreadable: frozenset[int] = frozenset()
        self.feature_state: FeatureState = "waiting"
        self.features_done = 0
        self.kept = True
        self._proposer: Any = None
        self._background: Background | None = None
        self._labels: dict[int, str] = {}
        self._cancelled = threading.Event()
        self._saving = QTimer(self, singleShot=True)
        self._saving.timeout.connect(self.save)
        # Asked now and then: a signal from the thread could meet a session that is gone.
        self._watching = QTimer(self, interval=_WATCHED_EVERY_MS)
        self._watching.timeout.connect(self.progressed)
        self._look()

    def label_of(self, place: int) -> str | None:
        """Return the picture's class, or ``None``."""
        return self._labels.get(place)

    @property
    def labelled(self) -> int:
        """How many of the pictures have a label."""
        return len(self._labels)

    def counts(self) -> Counter[str]:
        """Return how many pictures each class has."""
        return Counter(self._labels.values())

    def key_of(self, name: str) -> str:
        """Return the key that labels with this class, empty where all keys are taken by others."""
        place = self.sheet.classes.index(name)
        return CLASS_KEYS[place] if place < len(CLASS_KEYS) else ""

    def class_of_key(self, key: str) -> str | None:
        """Return the class that a key stands for, or ``None``."""
        place = CLASS_KEYS.find(key.lower()) if len(key) == 1 else -1
        return self.sheet.classes[place] if 0 <= place < len(self.sheet.classes) else None

    @property
    def can_train(self) -> bool:
        """Whether two classes have enough pictures to train on."""
        return sum(number >= TRAINED_FROM for number in self.counts().values()) >= 2

    def missing(self) -> tuple[str, int] | None:
        """Return the class that lacks most labels until something is proposed, and how many; else ``None``."""
        from desktop_app.engine.labelling.proposals import NEEDED

        counts = Counter(label for place, label in self._labels.items() if place not in self.unreadable)
        lacking = [(NEEDED - counts[name], name) for name in self.sheet.classes if counts[name] < NEEDED]
        if not lacking:
            return None
        number, name = max(lacking, key=lambda pair: pair[0])
        return name, number

    def change(self, deed: Callable[[LabelSheet], object]) -> bool:
        """Do something to the sheet; returns whether it could be done, and says why where it could not."""
        try:
            deed(self.sheet)
        except DataError as error:
            self.refused.emit(str(error))
            return False
        self._look()
        self._save_soon()
        self.changed.emit()
        return True

    def label(self, places: Iterable[int], name: str) -> None:
        """Give the pictures at ``places`` a class."""
        pictures = [self.names[place] for place in places]
        self.change(lambda sheet: sheet.label(pictures, name))

    def clear(self, places: Iterable[int]) -> None:
        """Take the labels off the pictures at ``places``."""
        pictures = [self.names[place] for place in places]
        self.change(lambda sheet: sheet.clear(pictures))

    def accept(self, places: Iterable[int]) -> int:
        """Make labels of the proposals at ``places``, in one step; returns how many there were."""
        chosen = {self.names[place]: self.proposals[place].name for place in places if place in self.proposals}
        if chosen:
            self.change(lambda sheet: sheet.label_each(chosen))
        return len(chosen)

    def sure(self, confidence: float) -> list[int]:
        """Return the places of the proposals that are at least that sure."""
        return [place for place, proposal in self.proposals.items() if proposal.confidence >= confidence]

    def compute_features(self, registry: Any, background: Background) -> None:
        """Have a pretrained network look at all pictures, on a thread; proposals come after it."""
        if self.feature_state in ("running", "ready"):
            return
        self.feature_state = "running"
        self.features_done = 0
        paths, cancelled = self.paths, self._cancelled
        self._background = background

        def report(done: int, _total: int) -> None:
            if cancelled.is_set():
                raise DataError("Looking at the pictures was cancelled.")
            self.features_done = done

        def work() -> Any:
            from desktop_app.engine.data.picture_features import picture_features
            from desktop_app.engine.labelling.proposals import Proposer

            return Proposer(picture_features(paths, registry, report))

        background.run(_FEATURES, work, self._take_proposer, self._fail)
        self._watching.start()
        self.progressed.emit()

    def save(self) -> bool:
        """Write the labels now; returns whether the file holds them, and says why where it does not."""
        self._saving.stop()
        try:
            self.keeper.write(self.sheet.labels)
        except DownslopeError as error:
            self.kept = False
            self.refused.emit(str(error))
        else:
            self.kept = True
        return self.kept

    def keep_elsewhere(self, file: Path) -> None:
        """Write the labels to another file from now on."""
        self.keeper.keep_elsewhere(file)
        self.save()
        self.changed.emit()

    def end(self) -> bool:
        """Write what is not written yet and have the thread end; returns whether all labels are on the disk."""
        self._cancelled.set()
        self._watching.stop()
        if self._background is not None:
            self._background.forget(_FEATURES)
        return self.save()

    def _look(self) -> None:
        """Work out labels by place and the proposals anew: some 5 ms with 5,000 pictures."""
        labels = self.sheet.labels.items()
        self._labels = {self._place_of[name]: label for name, label in labels if name in self._place_of}
        ready = self._proposer is not None and self.missing() is None
        self.proposals = self._proposer.propose(self._labels) if ready else {}

    def _save_soon(self) -> None:
        if not self._saving.isActive():
            self._saving.start(round(1000 * self.keeper.seconds_to_wait()))

    def _take_proposer(self, proposer: Any) -> None:
        self._watching.stop()
        self._proposer = proposer
        self.unreadable = frozenset(proposer.unreadable.tolist())
        self.feature_state = "ready"
        self._look()
        self.progressed.emit()
        self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        self._watching.stop()
        self.feature_state = "failed"
        self.refused.emit(f"Nothing can be proposed. {sentence(error)}")
        self.progressed.emit()
