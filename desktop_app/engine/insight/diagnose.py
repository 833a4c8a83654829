"""The diagnosis: every rule asked, consequences tied to their causes, and one sentence for the whole."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import SEVERITIES, Finding
from desktop_app.engine.insight.rules import RULES


@dataclass(frozen=True)
class Diagnosis:
    """The findings, the gravest first, causes before their consequences; ``sentence`` says how the run is doing."""

    findings: tuple[Finding, ...]
    sentence: str

    @property
    def is_healthy(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return all(finding.severity == "note" for finding in self.findings)


def diagnose(evidence: Evidence) -> Diagnosis:
    """Ask every rule about a run, under way or over."""
    found = [finding for rule in RULES for finding in rule(evidence)]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Diagnosis(tuple(found), "This training looks healthy." if not found else "")
