"""The diagnosis: every rule asked, consequences tied to their causes, and one sentence for the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop_app.engine.insight.causes import tie
from desktop_app.engine.insight.evidence import Evidence
from desktop_app.engine.insight.finding import Finding
from desktop_app.engine.insight.rules import RULES
from desktop_app.engine.insight.sources import evidence_of_run, evidence_of_session
from desktop_app.engine.insight.thresholds import limit
from desktop_app.engine.insight.titles import TITLES

if TYPE_CHECKING:
    from desktop_app.engine.run import Run
    from desktop_app.engine.session import Session

_NUMBER_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True)
class Diagnosis:
    """The findings, the gravest first, causes before their consequences; ``sentence`` says how the run is doing.

    ``unseen`` says in sentences what could not be looked at, and why.
    """

    findings: tuple[Finding, ...]
    sentence: str
    unseen: tuple[str, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return not self.troubles

    @property
    def troubles(self) -> tuple[Finding, ...]:
        """The errors and warnings."""
        return tuple(finding for finding in self.findings if finding.severity != "note")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``downslope diagnose --json`` gives them."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "sentence": self.sentence,
            "unseen": list(self.unseen),
        }


def diagnose(evidence: Evidence) -> Diagnosis:
    """Ask every rule about a run, under way or over."""
    findings = tie(finding for rule in RULES for finding in rule(evidence))
    return Diagnosis(findings, _sentence(evidence, findings), tuple(_unseen(evidence)))


def diagnose_run(run: Run) -> Diagnosis:
    """Return the diagnosis of a run from its folder, also while another process trains it.

    Raises: ``RunError`` where its files cannot be read.
    """
    return diagnose(evidence_of_run(run))


def diagnose_session(session: Session) -> Diagnosis:
    """Return the diagnosis of a training under way, from the numbers in memory. May be called on any thread."""
    evidence = evidence_of_session(session)
    if evidence is None:
        return Diagnosis((), "Too early to tell: the training has not begun yet.")
    return diagnose(evidence)


def _sentence(evidence: Evidence, findings: tuple[Finding, ...]) -> str:
    troubles = [finding for finding in findings if finding.severity != "note"]
    codes = {finding.code for finding in troubles}
    first = list(dict.fromkeys(each.code for each in troubles if not codes.intersection(each.because)))
    if first:
        count = _NUMBER_WORDS[len(first)] if len(first) < len(_NUMBER_WORDS) else str(len(first))
        are = "thing is" if len(first) == 1 else "things are"
        named = "; ".join(TITLES[code] for code in first)
        following = [TITLES[each.code] for each in troubles if each.code not in first]
        so = f" From that follows: {'; '.join(dict.fromkeys(following))}." if following else ""
        return f"{count} {are} wrong: {named}.{so}"
    if evidence.status == "failed":
        return f"This training failed: {evidence.reason}" if evidence.reason else "This training failed."
    if evidence.steps_taken < limit("frame.fewest_steps"):
        steps = "step has" if evidence.steps_taken == 1 else "steps have"
        return f"Too early to tell: {evidence.steps_taken or 'no'} {steps} been taken."
    return "This training looks healthy." if evidence.is_over else "This training looks healthy so far."


def _unseen(evidence: Evidence) -> list[str]:
    missing = []
    if not any(name.startswith("gradient_norm/") for name in evidence.source.names()):
        why = "were switched off" if not evidence.experiment.training.instruments else "recorded nothing"
        missing.append(
            f"The instruments {why}, so that nothing can be said about gradients, units and initial weights."
        )
    if not evidence.facts.training_samples:
        missing.append(
            "The run has no facts.json, as an older version leaves it: nothing can be said about its data and device."
        )
    return missing
