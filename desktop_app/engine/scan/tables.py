"""Checks of a table's columns: missing values, nothing but one value, and columns that give the answer away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.api import Table
from desktop_app.engine.scan.finding import Finding, Report, counted

OFTEN_MISSING = 0.5
"""From this share on a column says more about who filled it in than about the sample."""
GIVES_AWAY = 0.99
"""Balanced accuracy (classes) or explained variance (numbers) that a single honest column hardly reaches."""
_LEAST_ROWS = 30
_MOST_ROWS = 5000
_FOLDS = 3
_ROWS_A_REPORT = 10_000


def check_columns(table: Table, labels: NDArray[Any], is_class: bool, report: Report) -> list[Finding]:
    """Return what is wrong with single columns."""
    missing = {name: _missing(table, place) for place, name in enumerate(table.names)}
    return [*_with_missing(missing), *_constant(table, missing), *_giving_away(table, labels, is_class, report)]


def same_rows(table: Table, report: Report) -> list[list[int]]:
    """Return the groups of rows that are the same in every column that is learned from, by place."""
    # Adding nothing turns a negative zero into the positive one, which has other bytes.
    values = np.ascontiguousarray(table.values + np.float32(0))
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(values):
        if place % _ROWS_A_REPORT == 0:
            report("Comparing rows", place, len(values))
        groups.setdefault(row.tobytes(), []).append(place)
    return [group for group in groups.values() if len(group) > 1]


def _missing(table: Table, place: int) -> NDArray[np.bool_]:
    column = table.values[:, place]
    return np.asarray(column < 0 if table.names[place] in table.vocabularies else np.isnan(column))


def _with_missing(missing: dict[str, NDArray[np.bool_]]) -> list[Finding]:
    shares = {name: float(gone.mean()) for name, gone in missing.items() if gone.any()}
    if not shares:
        return []
    ordered = sorted(shares, key=lambda name: (-shares[name], name))
    often = shares[ordered[0]] >= OFTEN_MISSING
    verb = "has" if len(shares) == 1 else "have"
    return [
        Finding(
            "missing_values",
            "warning" if often else "note",
            tuple(ordered),
            f"{counted(len(shares), 'column')} {verb} missing values; most are missing in "
            f'"{ordered[0]}" ({shares[ordered[0]]:.0%}).',
            "They are filled with the mean of the training rows: leave out columns that are mostly empty."
            if often
            else "They are filled with the mean of the training rows.",
            about="columns",
            details=tuple(f"{shares[name]:.1%} missing ({int(missing[name].sum()):,} rows)" for name in ordered),
            leave_out=tuple(name for name in ordered if shares[name] >= OFTEN_MISSING),
        )
    ]


def _constant(table: Table, missing: dict[str, NDArray[np.bool_]]) -> list[Finding]:
    names, details = [], []
    for place, name in enumerate(table.names):
        present = table.values[~missing[name], place]
        if len(present) and present.min() == present.max():
            names.append(name)
            words = table.vocabularies.get(name)
            details.append(f"always {words[int(present[0])] if words else f'{present[0]:g}'}")
    if not names:
        return []
    verb = "holds" if len(names) == 1 else "hold"
    return [
        Finding(
            "constant_column",
            "note",
            tuple(names),
            f"{counted(len(names), 'column')} {verb} one value only.",
            "There is nothing to learn from them: leave them out.",
            about="columns",
            details=tuple(details),
            leave_out=tuple(names),
        )
    ]


def _giving_away(table: Table, labels: NDArray[Any], is_class: bool, report: Report) -> list[Finding]:
    rows = np.unique(np.linspace(0, len(labels) - 1, min(len(labels), _MOST_ROWS)).astype(np.int64))
    if is_class:
        counts = np.bincount(labels[rows])
        rows = rows[counts[labels[rows]] >= _FOLDS]
    if len(rows) < _LEAST_ROWS or len(np.unique(labels[rows])) < 2:
        return []
    found = []
    for place, name in enumerate(table.names):
        report("Looking for columns that give the answer away", place, len(table.names))
        score = _score_alone(table.values[rows, place], labels[rows], is_class)
        if score >= GIVES_AWAY:
            found.append((name, score))
    if not found:
        return []
    names = tuple(name for name, _ in found)
    verb = "predicts" if len(found) == 1 else "predict"
    return [
        Finding(
            "target_leak",
            "warning",
            names,
            f"{counted(len(found), 'column')} alone {verb} the answer almost perfectly.",
            "Will it be known when you predict? If not, or if it was made from the answer, leave it out.",
            about="columns",
            details=tuple(f"right in {score:.1%}" if is_class else f"explains {score:.1%}" for _, score in found),
            leave_out=names,
        )
    ]


def _score_alone(column: NDArray[np.float32], labels: NDArray[Any], is_class: bool) -> float:
    """Return how well a small tree that sees this column alone predicts rows that it has not learned from, to 1."""
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if np.isnan(column).all() or np.nanmin(column) == np.nanmax(column):
        return 0.0
    if is_class:
        tree = DecisionTreeClassifier(max_leaf_nodes=2 * len(np.unique(labels)) + 2, random_state=0)
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    else:
        tree = DecisionTreeRegressor(random_state=0)
        folds = KFold(_FOLDS, shuffle=True, random_state=0)
    predicted = cross_val_predict(tree, column[:, None], labels, cv=folds)
    return float((balanced_accuracy_score if is_class else r2_score)(labels, predicted))
