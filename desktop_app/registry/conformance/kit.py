"""All checks of one plugin, in order: its text, its import, its hooks, its names, then the rules of each kind."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from desktop_app.api.contributions import Contribution
from desktop_app.registry.conformance.check import Begun, Check, Rule
from desktop_app.registry.conformance.hyper_parameters import readable
from desktop_app.registry.conformance.source import hooks_spelled_right, only_the_api, parsed
from desktop_app.registry.conformance.subject import find, names_are_free, record_of, without
from desktop_app.registry.discovery import Candidate
from desktop_app.registry.registry import Registry

_RULES_OF = {
    "initializer": "initializers",
    "activation": "activations",
    "normalization": "normalizations",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "network": "networks",
    "backbone": "backbones",
    "data_source": "data_sources",
    "tracker": "trackers",
}


def check_plugin(target: str | Path, registry: Registry | None = None) -> Iterator[Check]:
    """Yield each check of a plugin as it is done, in this process; see ``check_apart`` for one that may hang.

    Args:
        target: A file, a folder with an ``__init__.py``, or the name of a listed plugin.
        registry: The plugins whose names are taken; by default, all there are.

    Raises: ``PluginError`` where there is no such plugin.
    """
    yield from (event for event in watch_checks(target, registry) if isinstance(event, Check))


def watch_checks(target: str | Path, registry: Registry | None = None) -> Iterator[Begun | Check]:
    """Yield, for each check, that it begins and what came of it."""
    candidate = find(target)
    yield Begun("imports cleanly")
    module, imported, printed = _import(candidate)
    yield imported
    if module is None:
        return
    file = candidate.file
    yield Check("prints nothing", not printed, f"it prints {printed!r} when imported" if printed else "it is silent")
    if file and file.suffix == ".py" and file.is_file():
        yield Begun("imports only desktop_app.api")
        yield Rule("imports only desktop_app.api", only_the_api).apply(file, file)
    yield Begun("hooks are spelled right")
    spelled = Rule("hooks are spelled right", hooks_spelled_right).apply(module, file)
    yield spelled
    if not spelled.passed:
        return
    yield Begun("hooks return contributions")
    record = record_of(candidate, module)
    made = ", ".join(map(str, record.contributions)) or "nothing now"
    yield Check("hooks return contributions", record.status == "ok", record.error or made)
    if record.status != "ok":
        return
    yield Begun("names are free", runs_the_plugin=False)  # loads all others, which takes its time
    yield Rule("names are free", _free(candidate, registry)).apply(record.contributions, file)
    for contribution in record.contributions:
        yield from _checks_of(contribution, file, named=len(record.contributions) > 1)


def rules_of(kind: str) -> tuple[Rule, ...]:
    """Return the rules of a kind, such as ``optimizer``; torch is imported with them."""
    rules: tuple[Rule, ...] = import_module(f"desktop_app.registry.conformance.{_RULES_OF[kind]}").RULES
    return (Rule("hyper-parameters are readable", readable), *rules)


def _checks_of(contribution: Contribution, file: Path | None, named: bool) -> Iterator[Begun | Check]:
    for rule in rules_of(contribution.KIND):
        shown = Rule(f"{contribution.name}: {rule.check}", rule.verify) if named else rule
        yield Begun(shown.check)
        yield shown.apply(contribution, file)


def _import(candidate: Candidate) -> tuple[ModuleType | None, Check, str]:
    """Return the module, where it could be imported, what came of it, and what it printed meanwhile."""
    modules: list[ModuleType] = []

    def verify(subject: Candidate) -> str:
        if subject.source == "user":
            parsed(Path(subject.origin))
        modules.append(subject.load())
        return subject.origin

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        check = Rule("imports cleanly", verify).apply(candidate, candidate.file)
    return (modules[0] if modules else None), check, printed.getvalue().strip()[:80]


def _free(candidate: Candidate, registry: Registry | None) -> Callable[[tuple[Contribution, ...]], str]:
    def verify(contributions: tuple[Contribution, ...]) -> str:
        from desktop_app.registry.loading import load_plugins

        return names_are_free(without(registry or load_plugins(), candidate), candidate, contributions)

    return verify
