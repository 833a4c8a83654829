"""What a scan tells: findings that can be acted on, and the report that holds them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

from desktop_app.api import ProblemReport

Severity = Literal["error", "warning", "note"]
About = Literal["samples", "columns", "classes", "other"]
Report = Callable[[str, int, int], None]
"""Called with what is being done, the number done and the total; may raise to cancel."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with everything that it is wrong with.

    Attributes:
        code: What kind of thing, as other programs compare it.
        severity: ``error``: results would mislead or training would stop; ``warning``: the model may get worse;
            ``note``: worth knowing.
        names: What it is about, as in ``Samples.names``; names of columns or classes, or paths, by ``about``.
        message: One sentence that says what was found.
        advice: One sentence that says what can be done.
        about: What ``names`` are names of.
        details: What is wrong with each of ``names``, in a few words; empty where there is nothing to add.
        groups: ``names`` in groups of one picture or row each, the one to keep first.
        suggested: The class that each of ``names`` looks like.
        leave_out: Those of ``names`` without which the finding would be gone.
        setting: A key of the experiment and the value that deals with it.
    """

    code: str
    severity: Severity
    names: tuple[str, ...]
    message: str
    advice: str
    about: About = "samples"
    details: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    suggested: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    setting: tuple[str, str] | None = None

    def without(self, gone: Collection[str]) -> Finding | None:
        """Return the finding about the other names; ``None`` where nothing is left of it."""
        gone = set(gone)
        groups = tuple(tuple(name for name in group if name not in gone) for group in self.groups)
        # One of several copies is no copy any more.
        groups = tuple(group for group in groups if len(group) > 1)
        left = {name for group in groups for name in group} if self.groups else set(self.names) - gone
        if not left:
            return None
        kept = [place for place, name in enumerate(self.names) if name in left]
        return replace(
            self,
            names=tuple(self.names[place] for place in kept),
            details=tuple(self.details[place] for place in kept) if self.details else (),
            suggested=tuple(self.suggested[place] for place in kept) if self.suggested else (),
            groups=groups,
            leave_out=tuple(name for name in self.leave_out if name in left),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON; what is empty is left out."""
        plain: dict[str, Any] = {"code": self.code, "severity": self.severity, "message": self.message}
        plain |= {"advice": self.advice, "about": self.about, "names": list(self.names)}
        if self.details:
            plain["details"] = list(self.details)
        if self.groups:
            plain["groups"] = [list(group) for group in self.groups]
        if self.suggested:
            plain["suggested"] = list(self.suggested)
        return plain


@dataclass(frozen=True)
class ScanReport:
    """``samples`` are those found, readable or not; ``counts`` how many each class has.

    ``problems`` are the samples that cannot be used at all. ``findings`` come worst first. ``labels_checked`` says
    whether the labels were compared with what the pictures show.
    """

    samples: int
    is_table: bool
    counts: tuple[tuple[str, int], ...]
    problems: tuple[ProblemReport, ...]
    findings: tuple[Finding, ...] = ()
    labels_checked: bool = False

    def with_findings(self, more: Collection[Finding]) -> ScanReport:
        """Return the report with ``more`` findings, in the order of their severity."""
        ordered = sorted([*self.findings, *more], key=lambda finding: SEVERITIES.index(finding.severity))
        return replace(self, findings=tuple(ordered))


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return ``1 picture`` or ``1,240 pictures``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def are(number: int) -> str:
    """Return the verb that fits a number."""
    return "is" if number == 1 else "are"
