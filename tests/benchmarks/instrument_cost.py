"""What instruments cost: processor time of trainings with them and without, in pairs that follow each other.

Run: python tests/benchmarks/instrument_cost.py [--pairs 9] [--case cnn ...]

Both of a pair train the same experiment, every other pair the other way round, on one thread, whose own processor time
is taken from the first step to the last. There is no validation, so that nothing but training is measured. Each case is
trained once beforehand and not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measuring import write_measured

HOME = Path(tempfile.mkdtemp(prefix="downslope-benchmark-"))
os.environ["DOWNSLOPE_HOME"] = str(HOME)

from desktop_app.engine.events import Ended, Event, StageStarted  # noqa: E402 - the home is set before
from desktop_app.engine.experiment import Experiment  # noqa: E402
from desktop_app.engine.session import Session  # noqa: E402
from desktop_app.registry import Registry, load_plugins  # noqa: E402

PROMISE = 0.03
_DIGITS = {"source": "digits", "validation": 0.0}
CASES: dict[str, dict[str, Any]] = {
    "cnn": {
        "data": {**_DIGITS, "image_size": 28},
        "model": {"kind": "cnn", "layers": [16, 32]},
        "training": {"epochs": 3, "batch_size": 32, "threads": 1},
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


def seconds_of(content: dict[str, Any], instruments: bool, registry: Registry) -> tuple[float, int]:
    """Return the processor seconds of one training, and at how many steps it was looked."""
    training = {**content["training"], "instruments": instruments}
    marks: list[float] = []

    def listen(event: Event) -> None:
        # Called on the thread that trains: its own time.
        if (isinstance(event, StageStarted) and not marks) or isinstance(event, Ended):
            marks.append(time.thread_time())

    session = Session(Experiment.from_dict({**content, "training": training}), registry, HOME / "runs", listen)
    session.start()
    outcome = session.wait()
    if outcome is None or outcome.status != "finished":
        raise SystemExit(f"The training did not finish: {outcome}")
    return marks[1] - marks[0], len(session.recorder.read("gradient_norm")[0])


def measured(content: dict[str, Any], pairs: int, registry: Registry) -> dict[str, Any]:
    """Return the cost of the instruments in one case, as shares of the time without them."""
    seconds_of(content, True, registry)
    costs, off, looks = [], [], 0
    for pair in range(pairs):
        found: dict[bool, float] = {}
        for instruments in (True, False) if pair % 2 else (False, True):
            found[instruments], looked = seconds_of(content, instruments, registry)
            looks = max(looks, looked)
        costs.append(found[True] / found[False] - 1.0)
        off.append(found[False])
        sys.stderr.write(f"  pair {pair + 1}: {found[False]:.2f} s, {costs[-1]:+.3f}\n")
    quarters = statistics.quantiles(costs, n=4)
    return {
        "cost_median": round(statistics.median(costs), 4),
        "cost_quartiles": [round(quarters[0], 4), round(quarters[2], 4)],
        "cost_least_and_most": [round(min(costs), 4), round(max(costs), 4)],
        "seconds_without": round(statistics.median(off), 2),
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
        figures[name] = measured(CASES[name], arguments.pairs, registry)
    figures["promised"] = PROMISE
    write_measured("instrument_cost", "python tests/benchmarks/instrument_cost.py", figures)
    return 0 if figures.get("cnn", {"cost_median": 0.0})["cost_median"] <= PROMISE else 1


if __name__ == "__main__":
    sys.exit(main())
