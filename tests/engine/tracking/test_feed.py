"""One tracker's thread: everything in order, numbers together, and whatever goes wrong stays there."""

import threading
import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from listening import Listening

from desktop_app.engine.tracking import feed as feed_module
from desktop_app.engine.tracking.feed import Feed, joined
from desktop_app.store.metrics import Histogram


def ended(feed: Feed) -> Feed:
    feed.end()
    feed.wait(30)
    return feed


def test_calls_arrive_in_order_on_the_feeds_own_thread() -> None:
    feed = Feed("mine", Listening)
    feed.start()

    feed.put(("run_started", ("description", None)))
    feed.put(("numbers", ("loss", [1, 2], [0.5, 0.25])))
    feed.put(("event", (2, "stage", "training")))
    feed.put(("row", (3, {"loss": 0.125, "lr": 0.1})))
    feed.put(("run_ended", ("finished", {"steps": 3})))
    ended(feed)

    tracker = Listening.made.pop()
    assert [call[0] for call in tracker.calls] == ["run_started", "numbers", "event", "numbers", "numbers", "run_ended"]
    assert tracker.series() == {"loss": ([1, 2, 3], [0.5, 0.25, 0.125]), "lr": ([3], [0.1])}
    assert tracker.threads == {"tracker mine"}
    assert (feed.place, feed.trouble) == ("an address", "")


def test_numbers_are_put_together_up_to_what_must_keep_its_place() -> None:
    weights = Histogram(2, -1.0, 1.0, np.array([1, 2]))
    calls = joined(
        [
            ("numbers", ("a", [1], [0.1])),
            ("histograms", ({"weights": weights},)),
            ("row", (2, {"a": 0.2, "b": 9.0})),
            ("went_back", (1,)),
            ("numbers", ("a", [2], [0.3])),
        ]
    )

    assert [(method, arguments[0]) for method, arguments in calls] == [
        ("numbers", "a"),
        ("numbers", "b"),
        ("histogram", "weights"),
        ("went_back", 1),
        ("numbers", "a"),
    ]
    assert calls[0][1][1].tolist() == [1, 2]
    assert calls[0][1][1].dtype == np.int64
    assert calls[0][1][2].dtype == np.float64
    assert calls[2][1][1:4] == (2, -1.0, 1.0)


_NUMBERS = st.tuples(st.just("numbers"), st.sampled_from("abc"), st.lists(st.integers(0, 9), min_size=1, max_size=3))
_OTHERS = st.tuples(st.sampled_from(["event", "went_back"]), st.integers(0, 9))


@given(st.lists(st.one_of(_NUMBERS, _OTHERS), max_size=12))
def test_nothing_is_lost_or_moved_past_what_must_keep_its_place(items: list) -> None:
    waiting = [
        ("numbers", (name, rest[0], [float(step) for step in rest[0]])) if kind == "numbers" else (kind, (name,))
        for kind, name, *rest in items
    ]

    def points(calls) -> list:
        """Return, for each stretch between two calls of another kind, the points of each series."""
        stretches: list = [{}]
        for kind, arguments in calls:
            if kind == "numbers":
                name, steps, values = arguments
                stretches[-1].setdefault(name, []).extend(zip(steps, values, strict=True))
            else:
                stretches += [(kind, arguments), {}]
        return stretches

    assert points(joined(waiting)) == points(waiting)


def test_what_a_tracker_raises_is_its_trouble_and_nothing_more_is_called() -> None:
    class Raising:
        calls = 0

        def event(self, step: int, kind: str, text: str) -> None:
            Raising.calls += 1
            raise OSError("the disk is full")

    feed = Feed("mine", Raising)
    feed.start()
    feed.put(("event", (1, "stage", "training")))
    feed.put(("event", (2, "stage", "fine-tuning")))
    ended(feed)

    assert feed.trouble == "OSError: the disk is full"
    assert Raising.calls == 1


def test_one_that_cannot_be_made_is_in_trouble_too() -> None:
    def make() -> object:
        raise SystemExit(3)

    feed = Feed("mine", make)
    feed.start()
    ended(feed)

    assert feed.trouble.startswith("SystemExit")


def test_one_that_is_too_slow_is_switched_off_and_putting_never_waits(monkeypatch) -> None:
    monkeypatch.setattr(feed_module, "MOST_WAITING", 100)
    begun, release = threading.Event(), threading.Event()

    class Slow:
        def event(self, step: int, kind: str, text: str) -> None:
            begun.set()
            release.wait(60)

    feed = Feed("mine", Slow)
    feed.start()
    feed.put(("event", (0, "stage", "training")))
    assert begun.wait(30)
    for step in range(11):
        feed.put(("numbers", ("loss", list(range(10 * step, 10 * step + 10)), [0.0] * 10)), 10)

    assert feed.trouble == "it is too slow, 100 numbers wait for it"
    before = time.monotonic()
    feed.end()
    feed.wait(30)  # it is given up already
    assert time.monotonic() - before < 20
    release.set()
    feed._thread.join(30)


def test_one_that_hangs_at_the_end_is_left_behind(monkeypatch) -> None:
    release = threading.Event()

    class Slow:
        called: list[str] = []

        def event(self, *_: object) -> None:
            release.wait(60)

        def run_ended(self, *_: object) -> None:
            Slow.called.append("run_ended")

    feed = Feed("mine", Slow)
    feed.start()
    feed.put(("event", (0, "stage", "training")))
    feed.put(("run_ended", ("finished", {})))
    feed.end()
    feed.wait(0.2)

    assert "had not taken everything when the run had ended" in feed.trouble
    release.set()
    feed._thread.join(30)
    assert Slow.called == []  # what it was given up on is not called behind anybody's back
