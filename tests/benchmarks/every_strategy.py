"""Trains digits with every strategy, exports each to ONNX, and writes down accuracy and parity.

Run: python tests/benchmarks/every_strategy.py [--through command] [--only TEXT] [--epochs N]

Every optimizer in every form, the article's two initializers in every distribution, all other initializers, and every
activation, schedule and normalization; adapters of other packages are left out. One thing differs from the defaults of
a digits training at a time, so that it carries the accuracy; schedules, which lower it, start from Adam's learning rate
in the table below. ``--through command`` runs each as a person would at the command line, two processes a strategy;
without it, in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from measuring import write_measured

import desktop_app
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.export.exporting import export_run
from desktop_app.registry import Registry

# For batches of 32 digits. Where there are forms: the textbook's momentum and nag take a tenth of the gradient each
# time ((1 - beta) g), and want a higher learning rate. A rule that comes in one form has it under "standard".
LEARNING_RATES: dict[tuple[str, str], float] = {
    ("adagrad", "standard"): 0.02,
    ("adagrad", "textbook"): 0.02,
    ("adam", "standard"): 0.003,
    ("adam", "textbook"): 0.003,
    ("adamw", "standard"): 0.003,
    ("adamw", "textbook"): 0.003,
    ("lion", "standard"): 0.0003,
    ("momentum", "standard"): 0.05,
    ("momentum", "textbook"): 0.5,
    ("muon", "standard"): 0.005,
    ("nadam", "standard"): 0.003,
    ("nadam", "textbook"): 0.003,
    ("nag", "standard"): 0.05,
    ("nag", "textbook"): 0.1,
    ("radam", "standard"): 0.01,
    ("rmsprop", "standard"): 0.001,
    ("rmsprop", "textbook"): 0.001,
    ("sam", "standard"): 0.003,
    ("schedule_free_adamw", "standard"): 0.005,
    ("sgd", "standard"): 0.2,
}
BAR = 0.93
# What cannot reach the bar in so few epochs, and why.
LOWER_BARS: dict[str, tuple[float, str]] = {}
ARTICLE_INITIALIZERS = ("xavier", "he")
DISTRIBUTIONS = ("normal", "uniform", "truncated")
EPOCHS = 8


@dataclass(frozen=True)
class Strategy:
    """A name and the keys of the experiment that it changes, dotted as ``--set`` takes them."""

    name: str
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def bar(self) -> float:
        """The lowest accuracy that counts as learned."""
        return LOWER_BARS.get(self.name, (BAR, ""))[0]


def strategies(registry: Registry) -> Iterator[Strategy]:
    """Yield every strategy that Downslope has itself."""
    own = {
        kind: [c.name for record in registry.plugins if record.source == "built-in" for c in record.contributions
               if kind == c.KIND and "." not in c.name]
        for kind in ("optimizer", "initializer", "activation", "schedule", "normalization")
    }  # fmt: skip
    for name in own["optimizer"]:
        for form in forms_of(registry, name):
            keys = {"training.optimizer": name, "training.optimizer.lr": LEARNING_RATES[name, form or "standard"]}
            if form:
                keys["training.optimizer.form"] = form
            yield Strategy(" ".join(filter(None, ("optimizer", name, form))), keys)
    for name in own["initializer"]:
        for distribution in DISTRIBUTIONS if name in ARTICLE_INITIALIZERS else ("",):
            keys = {"model.initializer": name}
            if distribution:
                keys["model.initializer.distribution"] = distribution
            yield Strategy(" ".join(filter(None, ("initializer", name, distribution))), keys)
    for kind, key in (("activation", "model"), ("normalization", "model"), ("schedule", "training")):
        for name in own[kind]:
            changed = {f"{key}.{kind}": name}
            if kind == "schedule":
                changed |= {"training.optimizer": "adam", "training.optimizer.lr": LEARNING_RATES["adam", "standard"]}
            yield Strategy(f"{kind} {name}", changed)
    yield Strategy("normalization none", {"model.normalization": "none"})


def forms_of(registry: Registry, name: str) -> tuple[str, ...]:
    """Return the forms that an optimizer comes in, or one empty text."""
    parameters = registry.optimizers[name].parameters
    return next((parameter.choices for parameter in parameters if parameter.name == "form"), ("",))


def experiment(strategy: Strategy, epochs: int) -> Experiment:
    """Return a digits training that differs from the defaults by the strategy alone."""
    made = Experiment.from_dict(
        {"name": "strategy", "data": {"source": "digits"}, "training": {"epochs": epochs, "threads": 1}}
    )
    for key, value in strategy.keys.items():
        made = made.with_value(key, value, Path.cwd())
    return made


def in_process(strategy: Strategy, epochs: int, home: Path, registry: Registry) -> dict[str, Any]:
    """Train and export here."""
    run = desktop_app.train(experiment(strategy, epochs), home / "runs", registry)
    parity = export_run(run, None, registry).parity
    return {
        "accuracy": run.result["val_accuracy"],
        "largest_difference": parity.max_abs_diff,
        "same_labels": parity.top1_agreement,
        "parity": parity.passed,
    }


def through_command(strategy: Strategy, epochs: int, home: Path) -> dict[str, Any]:
    """Train and export as a person would at the command line."""
    file = home / "digits.toml"
    file.write_text(
        f'name = "strategy"\n[data]\nsource = "digits"\n[training]\nepochs = {epochs}\nthreads = 1\n', encoding="utf-8"
    )
    settings = [part for key, value in strategy.keys.items() for part in ("--set", f"{key}={value}")]
    trained = _command("train", str(file), "--out", str(home / "runs"), "--json", *settings)
    exported = _command("export", trained["run"], "--json")
    parity = exported["parity"]
    return {
        "accuracy": trained["val_accuracy"],
        "largest_difference": parity["max_abs_diff"],
        "same_labels": parity["top1_agreement"],
        "parity": parity["passed"],
    }


def _command(*arguments: str) -> dict[str, Any]:
    """Run Downslope and return the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", *arguments], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(f"downslope {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Train, export, compare with the bars, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--through", choices=("python", "command"), default="python")
    parser.add_argument("--only", default="", help="only strategies whose names hold this text; writes nothing")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    home = Path(tempfile.mkdtemp(prefix="downslope-strategies-"))
    os.environ["DOWNSLOPE_HOME"] = str(home)
    registry = desktop_app.load_plugins()
    table, below = {}, []
    for strategy in strategies(registry):
        if arguments.only not in strategy.name:
            continue
        if arguments.through == "command":
            found = through_command(strategy, arguments.epochs, home)
        else:
            found = in_process(strategy, arguments.epochs, home, registry)
        table[strategy.name] = {**found, **_stated(strategy)}
        if found["accuracy"] < strategy.bar or not found["parity"]:
            below.append(strategy.name)
        sys.stderr.write(
            f"{strategy.name}: accuracy {found['accuracy']:.3f}, largest difference {found['largest_difference']:.1e}\n"
        )
    sys.stderr.write(f"{len(table)} strategies, {len(below)} below their bar: {', '.join(below) or 'none'}\n")
    if not arguments.only:
        command = f"python tests/benchmarks/every_strategy.py --through {arguments.through}"
        figures = {"epochs": arguments.epochs, "bar": BAR, "below": below, "strategies": table}
        name = "every_strategy" if arguments.through == "python" else "every_strategy_by_command"
        write_measured(name, command, figures)
    return 1 if below else 0


def _stated(strategy: Strategy) -> dict[str, Any]:
    """Return the learning rate and the reason for a lower bar, where there are such."""
    stated: dict[str, Any] = {}
    if "training.optimizer.lr" in strategy.keys:
        stated["learning_rate"] = strategy.keys["training.optimizer.lr"]
    if strategy.name in LOWER_BARS:
        stated["bar"], stated["why"] = LOWER_BARS[strategy.name]
    return stated


if __name__ == "__main__":
    sys.exit(main())
