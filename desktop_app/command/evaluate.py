"""Measure a run's best network, class by class."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.engine.evaluation.evaluating import Evaluation


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``evaluate`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--data", type=Path, metavar="PATH", help="other data; by default the run's validation samples")
    which.add_argument("--test", action="store_true", help="the samples kept apart to test on; each look is counted")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="also write a report that a browser opens")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and report."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import Phases, show, show_json
    from desktop_app.engine.evaluation.document import write_report
    from desktop_app.engine.evaluation.evaluating import evaluate_run
    from desktop_app.engine.run import Run
    from desktop_app.registry import load_plugins

    opened, registry = Run.open(arguments.run), load_plugins()
    found = evaluate_run(opened, registry, arguments.data, Phases(), test=arguments.test, folds=not arguments.data)
    if arguments.report:
        write_report(arguments.report, opened, registry, found, arguments.data)
    if arguments.json:
        written = {"report": str(arguments.report.absolute())} if arguments.report else {}
        show_json({**as_json(found), **written})
        return DONE
    for line in _lines(found):
        show(line)
    if arguments.report:
        show(f"Report written to {arguments.report.absolute()}")
    return DONE


def as_json(found: Evaluation) -> dict[str, Any]:
    """Return the figures as plain values."""
    curves, regression = found.curves, found.regression
    average = curves.average if curves else None
    macro = dataclasses.asdict(found.macro) if found.macro else None
    if macro is not None:
        macro["roc_auc"] = average.roc_auc if average else None
        macro["average_precision"] = average.average_precision if average else None
    folds = found.folds
    return {
        "samples": found.samples,
        "part": found.predictions.part,
        "accuracy": found.accuracy,
        "interval": found.interval,
        "per_class": [dataclasses.asdict(each) for each in found.per_class],
        "confusion": found.confusion,
        "macro": macro,
        "expected_calibration_error": found.calibration.expected_error if found.calibration else None,
        "folds": folds and {"accuracy": folds.accuracy, "interval": folds.interval, "per_fold": folds.per_fold},
        "r2": found.r2,
        "mean_absolute_error": found.mean_absolute_error,
        "root_mean_squared_error": regression.root_mean_squared_error if regression else None,
        "sentence": found.sentence,
        "remarks": found.remarks,
        "test_looks": found.test_looks,
    }


def _lines(found: Evaluation) -> list[str]:
    from desktop_app.command.report import percent

    if found.regression is not None:
        error = found.mean_absolute_error
        shown = "-" if error is None else f"{error:.4g}"
        r2 = "-" if found.r2 is None else f"{found.r2:.3f}"
        lines = [f"{found.samples} samples: mean error {shown}, R2 {r2}"]
    else:
        low, high = found.interval or (0.0, 1.0)
        lines = [f"{found.samples} samples, accuracy {percent(found.accuracy)} ({percent(low)} to {percent(high)})"]
        for each in found.per_class:
            precision, recall = percent(each.precision), percent(each.recall)
            lines.append(f"  {each.name:<24} {each.samples:>6} samples  precision {precision:>6}  recall {recall:>6}")
    if found.folds is not None:
        low, high = found.folds.interval
        share, pictures = percent(found.folds.accuracy), len(found.folds.predictions)
        count = len(found.folds.per_fold)
        lines.append(f"{count} folds of {pictures} pictures: {share} ({percent(low)} to {percent(high)})")
    lines += [found.sentence, *found.remarks]
    if found.predictions.part == "test":
        times = "time" if found.test_looks == 1 else "times"
        lines.append(f"The test samples of this run have been evaluated {found.test_looks} {times}.")
    return lines
