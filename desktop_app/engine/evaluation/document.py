"""The report: one HTML file that needs nothing else, to read, print and send."""

from __future__ import annotations

import datetime
from html import escape
from pathlib import Path
from typing import Any

from desktop_app.engine.evaluation.charts import Line, chart
from desktop_app.engine.evaluation.classification import confusion_of
from desktop_app.engine.evaluation.document_parts import (
    PAGE,
    confusion_table,
    definitions,
    number,
    percent,
    picture,
    table,
)
from desktop_app.engine.evaluation.evaluating import Evaluation
from desktop_app.engine.run import Run
from desktop_app.engine.validation_samples import ValidationSamples, all_samples, named_samples
from desktop_app.errors import RunError
from desktop_app.registry import Registry
from desktop_app.store.whole_file import replace_text

_MISTAKES = 24
_ROWS = 30
PARTS = {
    "validation": "validation samples",
    "training": "samples that were trained on",
    "test": "test samples, which neither training nor choices have touched",
    "folds": "pictures in folds",
    "other": "samples of other data",
}


def write_report(path: Path, run: Run, registry: Registry, found: Evaluation, data: Path | None = None) -> None:
    """Write the report on ``found`` to ``path``; ``data`` is the other data that it is of, if it is.

    Raises: as ``save_report``; ``DataError`` where the samples are not there any more.
    """
    names = found.predictions.names
    samples = all_samples(run, registry, data) if data else named_samples(run, registry, names)
    save_report(path, report_text(run, found, samples))


def save_report(path: Path, text: str) -> None:
    """Write a report's text to ``path``. Raises ``RunError`` where the file cannot be written."""
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    except OSError as error:
        raise RunError(f"The report could not be written to {path}: {error.strerror}.") from error


def report_text(run: Run, found: Evaluation, samples: ValidationSamples) -> str:
    """Return the report as HTML; ``samples`` are those of ``found``, in its order."""
    parts = [_summary(run, found)]
    if found.is_classification:
        parts += [_confusion(found), _classes(found), _curves(found), _mistakes(found, samples)]
    else:
        parts += [_regression(found), _farthest(found)]
    parts += [_training(run), _settings(run)]
    title = escape(f"{run.folder.name}: how good is it?")
    return PAGE.replace("@title@", title).replace("@body@", "\n".join(part for part in parts if part))


def _summary(run: Run, found: Evaluation) -> str:
    facts: list[tuple[str, str]] = [("Samples", f"{found.samples:,} {PARTS[found.predictions.part]}")]
    if found.is_classification:
        low, high = found.interval or (0.0, 1.0)
        facts.append(("Accuracy", f"{percent(found.accuracy)} (95 % interval {percent(low)} to {percent(high)})"))
        if found.folds:
            low, high = found.folds.interval
            each = ", ".join(percent(value) for value in found.folds.per_fold)
            facts.append(
                (
                    f"In {len(found.folds.per_fold)} folds",
                    f"{percent(found.folds.accuracy)} of {len(found.folds.predictions):,} pictures (95 % interval "
                    f"{percent(low)} to {percent(high)}; the folds: {each})",
                )
            )
        if found.macro:
            macro = found.macro
            facts.append(
                (
                    "Mean of the classes",
                    f"precision {percent(macro.precision)}, recall {percent(macro.recall)}, F1 {percent(macro.f1)}",
                )
            )
    elif found.regression:
        figures = found.regression
        facts += [
            ("Mean absolute error", number(figures.mean_absolute_error)),
            ("Root mean squared error", number(figures.root_mean_squared_error)),
            ("R²", number(figures.r2)),
        ]
    if found.test_looks:
        facts.append(("Looks at the test samples", f"{found.test_looks:,}"))
    facts.append(("Written", datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")))
    remarks = "".join(f'<p class="remark">{escape(remark)}</p>' for remark in found.remarks)
    heading = f"<h1>{escape(run.folder.name)}</h1>"
    return f'{heading}<p class="lead">{escape(found.sentence)}</p>{remarks}{definitions(facts)}'


def _confusion(found: Evaluation) -> str:
    classes = found.predictions.classes
    intro = f"<p>Rows are the true classes, columns what the {PARTS[found.predictions.part]} were taken for.</p>"
    parts = ["<h2>Confusion</h2>", intro, confusion_table(classes, found.confusion)]
    if found.folds:
        intro = "<p>The same of all pictures in folds, each judged by a head that was trained without it.</p>"
        parts += [intro, confusion_table(classes, confusion_of(found.folds.predictions))]
    return "".join(parts)


def _classes(found: Evaluation) -> str:
    areas = {each.name: each for each in found.curves.classes} if found.curves else {}
    rows = []
    for each in found.per_class:
        area = areas.get(each.name)
        rows.append(
            [
                each.name,
                f"{each.samples:,}",
                percent(each.precision) if each.taken else "never guessed",
                percent(each.recall) if each.samples else "no samples",
                percent(each.f1),
                number(area.roc_auc) if area else "–",
                number(area.average_precision) if area else "–",
            ]
        )
    head = ["Class", "Samples", "Precision", "Recall", "F1", "ROC area", "Average precision"]
    return f"<h2>Classes</h2>{table(head, rows)}"


def _curves(found: Evaluation) -> str:
    charts, curves, calibration = [], found.curves, found.calibration
    if curves and curves.average:
        several = len(curves.classes) > 1
        drawn = [*(curves.classes if several and len(curves.classes) <= 10 else ()), curves.average]
        roc = [Line(each.name, each.false_positives.tolist(), each.true_positives.tolist()) for each in drawn]
        precision = [Line(each.name, each.recall.tolist(), each.precision.tolist()) for each in drawn]
        charts.append(chart("ROC", "wrongly taken for the class", "found of the class", roc, unit=True))
        charts.append(chart("Precision and recall", "recall", "precision", precision, unit=True))
    if calibration:
        lines = [
            Line("ideal", [0.0, 1.0], [0.0, 1.0], dashed=True),
            Line("this network", list(calibration.probability), list(calibration.right), dots=True),
        ]
        charts.append(chart("Calibration", "probability given", "share that is right", lines, unit=True))
    left = f"<p>Without curves: {escape(', '.join(curves.left_out))}.</p>" if curves and curves.left_out else ""
    error = f"<p>Expected calibration error {percent(calibration.expected_error)}.</p>" if calibration else ""
    return f'<h2>Curves and calibration</h2><div class="charts">{"".join(charts)}</div>{error}{left}'


def _mistakes(found: Evaluation, samples: ValidationSamples) -> str:
    shown = found.mistakes[:_MISTAKES]
    if not shown:
        return "<h2>Most confident mistakes</h2><p>There are none.</p>"
    predictions, cards = found.predictions, []
    for place in shown:
        truth = predictions.classes[int(predictions.targets[place])]
        guess = predictions.classes[int(predictions.guessed[place])]
        words = f"{escape(truth)}, taken for <b>{escape(guess)}</b> ({percent(float(predictions.confidence[place]))})"
        name = f'<span class="name">{escape(Path(predictions.names[place]).name)}</span>'
        cards.append(f"<figure>{picture(samples, place)}<figcaption>{words}<br>{name}</figcaption></figure>")
    more = f"<p>{len(found.mistakes):,} in all.</p>"
    return f'<h2>Most confident mistakes</h2>{more}<div class="pictures">{"".join(cards)}</div>'


def _regression(found: Evaluation) -> str:
    figures = found.regression
    assert figures is not None
    if not len(figures.places):
        return ""
    low, high = float(figures.truth.min()), float(figures.truth.max())
    truth = figures.truth.tolist()
    against = [
        Line("ideal", [low, high], [low, high], dashed=True),
        Line("samples", truth, figures.predicted.tolist(), dots=True, joined=False),
    ]
    residuals = [
        Line("no error", [low, high], [0.0, 0.0], dashed=True),
        Line("samples", truth, figures.residuals.tolist(), dots=True, joined=False),
    ]
    first = chart("Predicted against true", "true", "predicted", against)
    second = chart("Residuals", "true", "predicted less true", residuals)
    return f'<h2>Answers</h2><div class="charts">{first}{second}</div>'


def _farthest(found: Evaluation) -> str:
    predictions = found.predictions
    rows = []
    for place in found.mistakes[:_ROWS]:
        truth, guess = float(predictions.targets[place]), float(predictions.answers[place, 0])
        rows.append([predictions.names[place], number(truth), number(guess), number(guess - truth)])
    return f"<h2>Farthest off</h2>{table(['Sample', 'True', 'Predicted', 'Difference'], rows)}" if rows else ""


def _training(run: Run) -> str:
    charts = []
    for title, left, names in (
        ("Loss", "loss", {"epoch_train_loss": "training", "val_loss": "validation"}),
        ("Accuracy", "share right", {"train_accuracy": "training", "val_accuracy": "validation"}),
    ):
        series = {words: run.series(name) for name, words in names.items()}
        lines = [
            Line(words, steps.tolist(), values.tolist(), dashed=words == "validation", dots=len(steps) < 30)
            for words, (steps, values) in series.items()
            if len(steps)
        ]
        if lines:
            charts.append(chart(title, "step", left, lines))
    return f'<h2>Training</h2><div class="charts">{"".join(charts)}</div>' if charts else ""


def _settings(run: Run) -> str:
    split = run.files.read_json(run.files.split)
    data = [(part.capitalize(), f"{len(split[part]):,} samples") for part in ("training", "validation", "test")]
    data.insert(0, ("Data", str(run.experiment.data.path or run.experiment.data.source.name)))
    environment: dict[str, Any] = run.files.read_json(run.files.environment)
    packages, machine = environment.get("packages") or {}, environment.get("machine") or {}
    shown = [(str(name), str(value)) for name, value in sorted(packages.items())]
    shown += [("Python", str(environment.get("python", ""))), ("Device", str(environment.get("device", "")))]
    shown.append(("System", str(machine.get("system", ""))))
    settings = escape(run.experiment.to_toml())
    return (
        f"<h2>Data</h2>{definitions(data)}<h2>Settings</h2><pre>{settings}</pre><h2>Versions</h2>{definitions(shown)}"
    )
