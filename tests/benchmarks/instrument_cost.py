"""What instruments cost: processor time of trainings with them and without, in pairs.

Run: python tests/benchmarks/instrument_cost.py [--pairs 9] [--case cnn ...]

Both of a pair train the same experiment at the same time, epoch by epoch in turns, so that what else the machine does
meets them alike; every other pair the other one begins. Each has one thread, whose own processor time is taken from the
first step to the last. There is no validation, so that nothing but training is measured. Each case is trained once
beforehand and not counted.

Memory is kept by the process and not given back to the system in between (three settings of glibc): how often it has to
be asked for anew is a matter of luck, and moves the time of a training by up to 5 %. What is left of luck is measured,
too, by pairs whose trainings both have no instruments ("same_twice").
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from measuring import write_measured

_KEEP_MEMORY = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1000000000",
    "MALLOC_TRIM_THRESHOLD_": "4000000000",
    "OMP_NUM_THREADS": "1",
}
if any(os.environ.get(name) != value for name, value in _KEEP_MEMORY.items()):
    # They are read as a process begins.
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **_KEEP_MEMORY})

HOME = Path(tempfile.mkdtemp(prefix="downslope-benchmark-"))
os.environ["DOWNSLOPE_HOME"] = str(HOME)

from desktop_app.engine.events import Ended, EpochEnded, Event, StageStarted  # noqa: E402 - the home is set before
from desktop_app.engine.experiment import Experiment  # noqa: E402
from desktop_app.engine.session import Session  # noqa: E402
from desktop_app.registry import Registry, load_plugins  # noqa: E402

PROMISE = 0.03
_DIGITS = {"source": "digits", "validation": 0.0}
CASES: dict[str, dict[str, Any]] = {
    "cnn": {
        "data": {**_DIGITS, "image_size": 28},
        "model": {"kind": "cnn", "layers": [16, 32]},
        "training": {"epochs": 12, "batch_size": 32, "threads": 1},
    },
    "mlp": {
        "data": _DIGITS,
        "model": {"kind": "mlp", "layers": [128, 128]},
        "training": {"epochs": 40, "batch_size": 32, "threads": 1},
    },
    "transfer": {
        "data": {**_DIGITS, "image_size": 64, "test": 0.7},
        "model": {"kind": "transfer", "backbone": "test_efficientnet", "weights": "random", "head": [64]},
        "training": {"epochs": 10, "batch_size": 32, "threads": 1},
        "fine_tuning": {"epochs": 10, "unfreeze_last": 6},
    },
}


class Turns:
    """Lets several threads run one after the other, in the order that their names are given in."""

    def __init__(self, *names: str) -> None:
        self._waiting = list(names)
        self._changed = threading.Condition()

    def wait(self, name: str) -> None:
        """Wait until it is the turn of ``name``."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting[0] == name)

    def pass_on(self, name: str, *, ended: bool = False) -> None:
        """Give the turn to the next one: for good where ``name`` has ended."""
        with self._changed:
            self._waiting.remove(name)
            self._waiting += [] if ended else [name]
            self._changed.notify_all()


class Trained:
    """A training with instruments or without them, which takes a turn an epoch."""

    def __init__(self, content: dict[str, Any], instruments: bool, registry: Registry, turns: Turns, name: str) -> None:
        self._turns = turns
        self._name = name
        self._marks: list[float] = []
        training = {**content["training"], "instruments": instruments}
        experiment = Experiment.from_dict({**content, "training": training})
        self._session = Session(experiment, registry, HOME / "runs", self._listen)
        self._session.start()

    def _listen(self, event: Event) -> None:
        # Called on the thread that trains: its own time, in which its waiting does not count.
        if isinstance(event, Ended):
            self._marks.append(time.thread_time())
            self._turns.pass_on(self._name, ended=True)
        elif isinstance(event, EpochEnded):
            self._turns.pass_on(self._name)
            self._turns.wait(self._name)
        elif isinstance(event, StageStarted) and not self._marks:
            self._turns.wait(self._name)
            self._marks.append(time.thread_time())

    def seconds(self) -> float:
        """Wait for the end; returns the processor seconds from the first step on."""
        outcome = self._session.wait()
        if outcome is None or outcome.status != "finished":
            raise SystemExit(f"The training did not finish: {outcome}")
        return self._marks[1] - self._marks[0]

    @property
    def looks(self) -> int:
        """At how many steps it was looked."""
        return len(self._session.recorder.read("gradient_norm")[0])


def measured(content: dict[str, Any], instruments: bool, pairs: int, registry: Registry) -> dict[str, Any]:
    """Return by how much more time the first of a pair takes, which has ``instruments`` or not; the second has none."""
    costs, alone, looks = [], [], 0
    for pair in range(pairs):
        turns = Turns("first", "second") if pair % 2 else Turns("second", "first")
        first = Trained(content, instruments, registry, turns, "first")
        second = Trained(content, False, registry, turns, "second")
        alone.append(second.seconds())
        costs.append(first.seconds() / alone[-1] - 1.0)
        looks = max(looks, first.looks)
        sys.stderr.write(f"  pair {pair + 1}: {alone[-1]:.2f} s, {costs[-1]:+.3f}\n")
    quarters = statistics.quantiles(costs, n=4)
    return {
        "cost_median": round(statistics.median(costs), 4),
        "cost_quartiles": [round(quarters[0], 4), round(quarters[2], 4)],
        "cost_least_and_most": [round(min(costs), 4), round(max(costs), 4)],
        "seconds_without": round(statistics.median(alone), 2),
        "looks": looks,
        "pairs": pairs,
    }


def main() -> int:
    """Measure and write down; returns 0 where the promise is kept in the case of the cnn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--case", nargs="*", choices=CASES, default=list(CASES))
    arguments = parser.parse_args()
    registry = load_plugins()
    figures: dict[str, Any] = {}
    for name in arguments.case:
        sys.stderr.write(f"{name}\n")
        Trained(CASES[name], True, registry, Turns("alone"), "alone").seconds()
        figures[name] = measured(CASES[name], True, arguments.pairs, registry)
        sys.stderr.write(f"{name}, the same twice\n")
        figures[name]["same_twice"] = measured(CASES[name], False, arguments.pairs, registry)
    figures["promised"] = PROMISE
    write_measured("instrument_cost", "python tests/benchmarks/instrument_cost.py", figures)
    return 0 if figures.get("cnn", {"cost_median": 0.0})["cost_median"] <= PROMISE else 1


if __name__ == "__main__":
    sys.exit(main())
