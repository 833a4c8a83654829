"""Runs all checks over an experiment's samples, the cheap ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from desktop_app.api import ProblemReport, Samples, Table
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.scan.classes import check_classes
from desktop_app.engine.scan.finding import Finding, Report, ScanReport, are, counted
from desktop_app.registry import Registry

if TYPE_CHECKING:
    from desktop_app.engine.scan.known import Known


def _silent(phase: str, done: int, total: int) -> None:
    """Report to nobody."""


def scan(experiment: Experiment, registry: Registry, report: Report = _silent, quick: bool = False) -> ScanReport:
    """Return what was found in all samples of ``experiment``; ``quick`` leaves out the check of the labels.

    The same data give the same report. ``report`` may raise to cancel.
    Raises: ``ExperimentError``, ``DataError`` or ``PluginError`` where the samples cannot be listed at all.
    """
    from desktop_app.engine.prepare import load_samples
    from desktop_app.engine.scan.known import Known

    report("Reading the data", 0, 0)
    # A scan lists what is unreadable instead of ending at the first.
    samples = load_samples(experiment.with_value("data.unreadable", "skip"), registry)
    known = Known()
    found = scan_samples(experiment, samples, known, report)
    return found if quick else check_labels(found, samples, registry, known, report)


def scan_samples(experiment: Experiment, samples: Samples, known: Known, report: Report = _silent) -> ScanReport:
    """Return what all checks but that of the labels find in ``samples``.

    ``known`` holds what is known of pictures already, and what is known afterwards.
    """
    counts = np.bincount(samples.labels, minlength=len(samples.classes)).tolist() if samples.classes else []
    pairs = tuple((name, int(count)) for name, count in zip(samples.classes, counts, strict=True))
    is_table = samples.kind == "table"
    check = _check_table if is_table else _check_pictures
    problems, findings = check(experiment, samples, known, report)
    thing = "row" if is_table else "picture"
    findings = [*_left_out_already(samples), *findings, *check_classes(pairs, thing, experiment.data.balance)]
    whole = ScanReport(len(samples), is_table, pairs, (*samples.problems, *problems))
    return whole.with_findings(findings)


def labels_can_be_checked(samples: Samples) -> bool:
    """Return whether a pretrained network has something to say about the labels: not of tables, numbers, few pictures.

    Nor of pictures below 64 pixels, the size from which on training takes a pretrained network: enlarged to its size
    they are a blur (of the 1,500 right labels of the sample pictures, 28 pixels wide, it would doubt 132).
    """
    from desktop_app.engine.data.settle import TRANSFER_FROM_PIXELS, natural_size
    from desktop_app.engine.scan.labels import can_be_checked

    enough = samples.kind != "table" and can_be_checked(samples.labels, samples.classes)
    return enough and natural_size(samples) >= TRANSFER_FROM_PIXELS


def check_labels(
    found: ScanReport, samples: Samples, registry: Registry, known: Known, report: Report = _silent
) -> ScanReport:
    """Return ``found`` with the labels that look wrong, where they can be checked."""
    from desktop_app.engine.scan.labels import check_vectors

    if not labels_can_be_checked(samples):
        return replace(found, labels_checked=True)
    vectors = known.vectors_of(list(samples.items), registry, report)  # type: ignore[arg-type]
    doubted = check_vectors(vectors, samples.labels, samples.classes, _names(samples), report)
    return replace(found.with_findings([doubted] if doubted else []), labels_checked=True)


def _check_pictures(
    experiment: Experiment, samples: Samples, known: Known, report: Report
) -> tuple[list[ProblemReport], list[Finding]]:
    from desktop_app.engine.scan import copies
    from desktop_app.engine.scan.each_picture import check_each
    from desktop_app.engine.scan.likeness import alike

    items, names = list(samples.items), _names(samples)  # type: ignore[arg-type]
    looks = known.look_at_all(items, report)
    problems = [
        ProblemReport(str(item), f'The picture "{item}" {look.problem}; repair it or leave it out.')
        for item, look in zip(items, looks, strict=True)
        if look.problem is not None
    ]
    findings = check_each(names, looks, skips_unreadable=experiment.data.unreadable == "skip")
    kept = [place for place, look in enumerate(looks) if look.problem is None]
    groups = alike(looks, report)
    if groups:
        same = copies.Samples(
            thing="picture",
            names=names,
            answers=copies.answers_in_words(samples.labels, samples.classes),
            parts=_parts(experiment, samples, kept),
            is_exact=lambda one, other: looks[one].content == looks[other].content,
            worth=lambda place: looks[place].width * looks[place].height,
        )
        findings += copies.check_copies(groups, same)
    return problems, findings


def _check_table(
    experiment: Experiment, samples: Samples, _known: Known, report: Report
) -> tuple[list[ProblemReport], list[Finding]]:
    from desktop_app.engine.scan import copies
    from desktop_app.engine.scan.tables import check_columns, same_rows

    assert isinstance(samples.items, Table)
    findings = check_columns(samples.items, samples.labels, bool(samples.classes), report)
    groups = same_rows(samples.items, report)
    repeated = sum(map(len, groups)) - len(groups)
    if groups:
        same = copies.Samples(
            thing="row",
            names=_names(samples),
            answers=copies.answers_in_words(samples.labels, samples.classes),
            parts=_parts(experiment, samples, list(range(len(samples)))),
            is_exact=lambda _one, _other: True,
            worth=lambda _place: 0.0,
            # Where most rows are there twice, as with a few columns of categories, that is what the table is like.
            severity="note" if repeated > len(samples) / 2 else "warning",
        )
        findings += copies.check_copies(groups, same)
    return [], findings


def _parts(experiment: Experiment, samples: Samples, kept: Sequence[int]) -> Any:
    """Return the part of each sample in the split that training will use; what cannot be read is in none of them."""
    from desktop_app.engine.preview import split_samples
    from desktop_app.engine.scan.copies import parts_of

    if len(kept) == len(samples):
        return parts_of(split_samples(samples, experiment), len(samples))
    new_place = {place: new for new, place in enumerate(kept)}
    validation = samples.validation
    readable = replace(
        samples,
        items=[samples.items[place] for place in kept],  # type: ignore[index]
        labels=samples.labels[kept],
        names=[samples.names[place] for place in kept] if samples.names else (),
        validation=None if validation is None else [new_place[place] for place in validation if place in new_place],
    )
    parts = np.zeros(len(samples), dtype=np.int64)
    parts[kept] = parts_of(split_samples(readable, experiment), len(kept))
    return parts


def _left_out_already(samples: Samples) -> list[Finding]:
    """Return what the data source left out by itself, one finding for each reason."""
    reasons: dict[str, list[str]] = {}
    for problem in samples.problems:
        reasons.setdefault(problem.problem, []).append(problem.path)
    found = []
    for reason, paths in reasons.items():
        empty = all(Path(path).is_dir() for path in paths)
        what = counted(len(paths), "class", "classes") if empty else counted(len(paths), "part") + " of the data"
        found.append(
            Finding(
                "empty_class" if empty else "not_used",
                "warning",
                tuple(Path(path).name if empty else path for path in paths),
                f"{what} {are(len(paths))} left out: {reason.partition(';')[0]}.",
                "Add pictures, or remove the folder." if empty else "Nothing has to be done if that is meant.",
                about="classes" if empty else "other",
            )
        )
    return found


def _names(samples: Samples) -> list[str]:
    return [str(name) for name in samples.names] or [str(place) for place in range(len(samples))]
