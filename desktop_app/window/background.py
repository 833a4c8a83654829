"""Work behind the window: a function runs on a thread of its own, its result arrives on the window's thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.errors import DownslopeError

_log = logging.getLogger(__name__)


def sentence(error: BaseException) -> str:
    """Return what people read about an error: its own sentence, or that it is a bug and which one."""
    if isinstance(error, DownslopeError):
        return str(error)
    return f"Something unexpected went wrong: {type(error).__name__}: {error}. The log has the details."


@dataclass(frozen=True)
class _Arrival:
    place: str
    number: int
    result: Any
    error: BaseException | None


@dataclass(frozen=True)
class _Waiting:
    number: int
    done: Callable[[Any], None]
    failed: Callable[[BaseException], None]


class Background(QObject):
    """Runs functions on threads and hands their results back, on the window's thread.

    Each job has a place, such as ``"data"``; where a newer job takes the place, the older one's result is thrown away.
    """

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._waiting: dict[str, _Waiting] = {}
        self._number = 0
        self._ended = False
        self._arrived.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        place: str,
        function: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Start ``function`` on a thread; ``done`` or ``failed`` is called later on the window's thread.

        Nothing is started any more once ``join`` was called: a timer may still ask while the window closes.
        """
        if self._ended:
            return
        self._number += 1
        self._waiting[place] = _Waiting(self._number, done, failed)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._work, args=(place, self._number, function), name=f"downslope-{place}")
        self._threads.append(thread)
        thread.start()

    def forget(self, place: str) -> None:
        """Throw away the result of what runs at ``place``; the thread itself ends by itself."""
        self._waiting.pop(place, None)

    def busy(self, place: str) -> bool:
        """Return whether a result of ``place`` is still to come."""
        return place in self._waiting

    def join(self) -> None:
        """Wait until every thread has ended; their results are thrown away, and no thread is started any more."""
        self._ended = True
        self._waiting.clear()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _work(self, place: str, number: int, function: Callable[[], Any]) -> None:
        """Run on the worker's thread."""
        try:
            arrival = _Arrival(place, number, function(), None)
        except Exception as error:  # noqa: BLE001 - a thread's border: the window shows it
            if not isinstance(error, DownslopeError):
                _log.exception("%s failed", place)
            arrival = _Arrival(place, number, None, error)
        self._arrived.emit(arrival)

    @Slot(object)
    def _hand_over(self, arrival: _Arrival) -> None:
        waiting = self._waiting.get(arrival.place)
        if waiting is None or waiting.number != arrival.number:
            return
        del self._waiting[arrival.place]
        if arrival.error is not None:
            waiting.failed(arrival.error)
        else:
            waiting.done(arrival.result)
