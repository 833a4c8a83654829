"""What is known of one plugin that was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.api.contributions import Contribution
from desktop_app.registry.discovery import Source


@dataclass(frozen=True)
class PluginRecord:
    """One plugin that was found: where, what it contributes, or why it could not be loaded.

    A ``failed`` plugin that still contributes is one whose newest version is broken: its last good one goes on, and
    ``sha256`` and ``version`` are that one's, while ``digest`` is the SHA-256 of the user's file as it was last read.
    ``withheld`` are kind and name of what it has and does not contribute, because it is disabled or because another
    plugin's takes the place; ``note`` says so in a sentence.
    """

    name: str
    source: Source
    origin: str
    status: Literal["ok", "failed", "disabled"]
    error: str = ""
    contributions: tuple[Contribution, ...] = ()
    sha256: str = ""
    version: str = ""
    note: str = ""
    withheld: tuple[tuple[str, str], ...] = ()
    digest: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Source and name, which no two plugins share."""
        return self.source, self.name

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of everything that it has, withheld or not."""
        return (*((made.KIND, made.name) for made in self.contributions), *self.withheld)
