"""Loads the plugins: what is known to be safe to import is imported, asked, and written down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from desktop_app.api.contributions import Contribution
from desktop_app.folders import user_folders
from desktop_app.registry.asking import KIND_OF_HOOK, import_and_ask, reason
from desktop_app.registry.discovery import Candidate, candidates
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry
from desktop_app.registry.switches import Switches
from desktop_app.registry.trial import TrialProcess, shared_trial
from desktop_app.registry.tried import Tried

__all__ = ["KIND_OF_HOOK", "Loader", "load_one", "load_plugins"]


def load_plugins(user_folder: Path | None = None, trial: TrialProcess | None = None) -> Registry:
    """Find and load every plugin that is not disabled.

    Args:
        user_folder: Where the user's plugins lie; by default, the one that ``folders`` names.
        trial: Where files that nobody knows yet are imported first; by default, one that everybody shares.
    """
    return Loader(user_folder, trial).load_all()


def load_one(candidate: Candidate, registry: Registry) -> PluginRecord:
    """Import one plugin here and now, and return what came of it beside the plugins of ``registry``."""
    module: ModuleType | None = None
    contributions: tuple[Contribution, ...] = ()
    error = ""
    try:
        module, contributions = import_and_ask(candidate)
        registry.refuse_taken_names(contributions, candidate.source)
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # noqa: BLE001 - a plugin's border: even its ``sys.exit()`` must hide nobody else
        error = reason(raised, candidate.file)
    version = candidate.version or _own_version(module)
    if error:
        return _record(candidate, "failed", error=error, version=version)
    note = "" if contributions else "It contributes nothing here; a package that it needs may not be installed."
    return _record(candidate, "ok", contributions=contributions, sha256=candidate.sha256, version=version, note=note)


def _record(candidate: Candidate, status: Literal["ok", "failed", "disabled"], **more: Any) -> PluginRecord:
    return PluginRecord(candidate.name, candidate.source, candidate.origin, status, digest=candidate.digest, **more)


def _own_version(module: ModuleType | None) -> str:
    version = getattr(module, "__version__", "")
    return version if isinstance(version, str) else ""


class Loader:
    """What loading takes: the user's folder, what is switched off, and what is known of unknown files.

    Raises, from each method: ``TrialClosedError`` where the program ends meanwhile.
    """

    def __init__(self, user_folder: Path | None = None, trial: TrialProcess | None = None) -> None:
        folders = user_folders()
        self.folder = user_folder or folders.plugins
        self.switches = Switches(folders.settings)
        self._tried = Tried(folders.cache)
        self._trial = trial

    def found(self) -> Iterator[Candidate]:
        """Yield every plugin there is, disabled ones included."""
        yield from candidates(self.folder)

    def load_all(self) -> Registry:
        """Return a registry of everything."""
        registry = Registry()
        for candidate in self.found():
            registry.add(self.load(candidate, registry))
        return registry

    def load(self, candidate: Candidate, registry: Registry) -> PluginRecord:
        """Return what comes of one plugin beside those that ``registry`` has already."""
        key = (candidate.source, candidate.name)
        if registry.loaded(key) is not None:
            # A file and a folder of one name: the second one's own record would hide the first.
            error = f'there is another {candidate.source} plugin called "{candidate.name}"; rename one of the two.'
            return _record(candidate, "failed", error=error)
        if key in self.switches:
            things = self.switches.things(key)
            version = candidate.version
            return _record(candidate, "disabled", version=version, note="It is disabled.", withheld=things)
        refused = self._refused(candidate)
        if refused:
            return _record(candidate, "failed", error=refused)
        return load_one(candidate, registry)

    def import_alone(self, candidate: Candidate) -> PluginRecord:
        """Return what comes of one plugin where nobody else has taken a name, disabled or not."""
        refused = self._refused(candidate)
        return _record(candidate, "failed", error=refused) if refused else load_one(candidate, Registry())

    def forget_failed_trials(self) -> None:
        """Have files whose import failed in the other process tried again."""
        self._tried.forget_failures()

    def _refused(self, candidate: Candidate) -> str:
        """Return why the file must not be imported here; only the user's files may be unknown."""
        sha256 = candidate.digest
        if candidate.source != "user" or not sha256:
            return ""
        known = self._tried.reason(sha256)
        if known is None:
            trial = self._trial or shared_trial()
            known = trial.try_out(self.folder, candidate.origin)
            if known is not None:
                self._tried.note(sha256, known)
        return known or ""
