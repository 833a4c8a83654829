"""How exactly each optimizer, in each form, follows its rule, and what a step of it costs.

Run: python tests/benchmarks/exact_rules.py [--cost]

Exactness: 200 steps in float64 beside the rule in NumPy (``tests/helpers/numpy_rules.py``), along random gradients and
down a quadratic whose curvature stays below 20; the largest difference as a share of the trajectory's largest weight.
Cost: a step on a small network's weights, as a ratio to a fused ``torch.optim.Adam`` that steps in turns with it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import write_measured

import desktop_app
from desktop_app.registry import Registry

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))
from numpy_rules import RULES, Gradient, in_form, quadratic, tame

os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")

STEPS = 200
WEIGHTS = 50
SEEDS = 5
SHAPES = [(128, 64), (128,), (128, 128), (128,), (10, 128), (10,)]
"""The digits' own network: two hidden layers of 128."""
WHY = {("nadam", "standard"): "torch keeps the product of its momenta in float32, whatever the weights are"}


def largest_difference(
    registry: Registry, name: str, form: str, start: np.ndarray, gradient: Gradient, hyper: dict[str, float]
) -> float:
    """Return how far the plugin and the rule part at most, over the largest weight on the way."""
    weight = torch.nn.Parameter(torch.tensor(start))
    optimizer = registry.optimizers[name].create([weight], **in_form(name, form), **hyper)
    apart, largest = 0.0, 0.0
    for step, expected in enumerate(RULES[name, form](start, gradient, STEPS, **hyper)):
        weight.grad = torch.tensor(gradient(weight.detach().numpy().copy(), step))
        optimizer.step()
        evaluating = hasattr(optimizer, "eval")
        if evaluating:
            optimizer.eval()
        apart = max(apart, float(np.abs(weight.detach().numpy() - expected).max()))
        largest = max(largest, float(np.abs(expected).max()))
        if evaluating:
            optimizer.train()
    return apart / largest


def exactness(registry: Registry) -> list[dict[str, Any]]:
    """Return a line for each optimizer and form."""
    table = []
    for name, form in RULES:
        found = {"random gradients": 0.0, "quadratic": 0.0}
        for seed in range(SEEDS):
            random = np.random.default_rng(seed)
            start, drawn = random.normal(size=WEIGHTS), random.normal(size=(STEPS, WEIGHTS))
            matrix, above = quadratic(WEIGHTS, 18.0, seed)
            for problem, where, gradient, hyper in (
                ("random gradients", start, lambda weights, step, drawn=drawn: drawn[step], {"lr": 0.01}),
                ("quadratic", above, lambda weights, step, matrix=matrix: matrix @ weights, tame(name)),
            ):
                apart = largest_difference(registry, name, form, where, gradient, hyper)
                found[problem] = max(found[problem], apart)
        line: dict[str, Any] = {"plugin": name, "form": form}
        line |= {problem: float(f"{value:.2g}") for problem, value in found.items()}
        if (name, form) in WHY:
            line["why"] = WHY[name, form]
        table.append(line)
    return table


def made(registry: Registry, name: str, hyper: dict[str, Any]) -> torch.optim.Optimizer:
    """Return an optimizer of weights that have gradients, after its first step."""
    torch.manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(shape)) for shape in SHAPES]
    for weight in weights:
        weight.grad = torch.randn_like(weight)
    optimizer: torch.optim.Optimizer = registry.optimizers[name].create(weights, **hyper)
    optimizer.step()
    return optimizer


def steps_per_ratio(one: torch.optim.Optimizer, other: torch.optim.Optimizer, pairs: int) -> float:
    """Return the median over many pairs of how much longer a step of ``one`` takes than one of ``other``."""
    ratios = []
    for _ in range(pairs):
        began = time.perf_counter()
        one.step()
        between = time.perf_counter()
        other.step()
        ratios.append((between - began) / (time.perf_counter() - between))
    return statistics.median(ratios)


def costs(registry: Registry, pairs: int) -> list[dict[str, Any]]:
    """Return each form's cost a step as a ratio to fused Adam's, measured in turns in this process."""
    torch.set_num_threads(1)
    baseline = made(registry, "adam", {})
    return [
        {
            "plugin": name,
            "form": form,
            "ratio": round(steps_per_ratio(made(registry, name, in_form(name, form)), baseline, pairs), 2),
        }
        for name, form in RULES
    ]


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", action="store_true", help="measure the cost of a step instead; wants a quiet machine")
    parser.add_argument("--pairs", type=int, default=2000, help="pairs of steps that a cost is the median of")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    registry = desktop_app.load_plugins()
    if arguments.cost:
        write_measured(
            "step_costs",
            "python tests/benchmarks/exact_rules.py --cost",
            {
                "cost of a step as a ratio to torch.optim.Adam(fused=True), one thread, digits mlp (128, 128)": costs(
                    registry, arguments.pairs
                )
            },
        )
        return 0
    table = exactness(registry)
    for line in table:
        sys.stdout.write(
            f"{line['plugin']:10} {line['form']:9} {line['random gradients']:8.1e} {line['quadratic']:8.1e}\n"
        )
    write_measured(
        "exact_rules",
        "python tests/benchmarks/exact_rules.py",
        {f"largest difference from the rule, {STEPS} steps in float64, as a share of the largest weight": table},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
