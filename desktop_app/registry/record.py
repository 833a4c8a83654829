"""What is known of one plugin that was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.api.contributions import Contribution
from desktop_app.registry.discovery import Source


@dataclass(frozen=True)
class PluginRecord:
    """One plugin that was found: where, what it contributes, or why it could not be loaded.

    A ``failed`` plugin that still contributes is one whose newest version is broken: its last good one goes on.
    """

    name: str
    source: Source
    origin: str
    status: Literal["ok", "failed", "disabled"]
    error: str = ""
    contributions: tuple[Contribution, ...] = ()
    sha256: str = ""
    version: str = ""
