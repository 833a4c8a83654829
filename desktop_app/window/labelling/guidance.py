"""The one sentence that says what to do next while labelling, and how far one is."""

from __future__ import annotations

from desktop_app.engine.labelling.proposals import NEEDED
from desktop_app.window.labelling.session import TRAINED_FROM, LabellingSession


def guidance(session: LabellingSession) -> str:
    """Return what brings the person on from here."""
    classes = session.sheet.classes
    if not classes:
        return "Name your first class at the right, such as “bird”, and press Enter."
    if len(classes) == 1:
        return (
            f"Add a second class at the right, or select pictures and press {session.key_of(classes[0])} to label them."
        )
    missing = session.missing()
    if missing is not None:
        name, number = missing
        how = f"press {session.key_of(name)}" if session.key_of(name) else "click the class at the right"
        return (
            f"Select pictures of “{name}” (drag, Shift or Ctrl) and {how}: {number} more, "
            f"and from {NEEDED} a class on the rest is proposed."
        )
    if session.feature_state == "failed":
        return "Select pictures and press a class's key; nothing can be proposed."
    if session.feature_state != "ready":
        return f"Proposals come when the network has looked at all pictures{looked_at(session)}; go on meanwhile."
    if session.proposals:
        return (
            "Dashed classes are proposals: Enter accepts those of the selected pictures, a class's key corrects them."
        )
    if session.labelled + len(session.unreadable) >= len(session.paths):
        return "All pictures that can be read are labelled; train with them."
    return "Select pictures and press a class's key."


def looked_at(session: LabellingSession) -> str:
    """Return how far the features are, as `` (34 of 240)``; empty before they have begun and afterwards."""
    if session.feature_state != "running":
        return ""
    return f" ({session.features_done:,} of {len(session.paths):,})"


def progress(session: LabellingSession) -> str:
    """Return ``83 of 240 labelled``, and what else is worth knowing."""
    parts = [f"{session.labelled:,} of {len(session.paths):,} labelled"]
    if session.proposals:
        parts.append(f"{len(session.proposals):,} proposed")
    if session.unreadable:
        parts.append(f"{len(session.unreadable):,} cannot be read")
    if session.feature_state == "running":
        parts.append(f"looking at the pictures{looked_at(session)}")
    return "  ·  ".join(parts)


def why_not_trained(session: LabellingSession) -> str:
    """Return what is missing until the pictures can be trained on."""
    return f"Label at least {TRAINED_FROM} pictures in each of two classes; {session.labelled:,} are labelled so far."
