"""Every built-in plugin passes the checks that its author is told to run; adapters of whole libraries are not ours."""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import pytest

from desktop_app.api.contributions import KINDS
from desktop_app.registry import Registry
from desktop_app.registry.conformance.kit import rules_of
from desktop_app.registry.conformance.source import only_the_api

# These bring in another library's things.
ADAPTERS = {"pytorch_optimizers", "timm_optimizers", "timm_models"}
TEXTBOOK = " (textbook)"
# With the form settled, what a default of None stands for may be the only value that the form takes.
NOT_OF_ONE_FORM = "no hyper-parameter is ignored"


def own(registry: Registry, kind: str) -> list[tuple[Any, Path]]:
    """Return the contributions of one kind with their files, each form of an optimizer on its own."""
    found = []
    for record in registry.plugins:
        for made in record.contributions if record.name not in ADAPTERS else ():
            if kind == made.KIND:
                found.append((made, Path(record.origin)))
            if getattr(made, "textbook", "") and kind == made.KIND:
                textbook = functools.partial(made.factory, form="textbook")
                found.append((dataclasses.replace(made, name=made.name + TEXTBOOK, factory=textbook), found[-1][1]))
    return found


@pytest.mark.parametrize("kind", [kind.KIND for kind in KINDS])
def test_every_plugin_passes_the_checks_of_its_kind(kind: str, registry: Registry) -> None:
    failed = [
        f"{made.name}: {check.check}: {check.detail}"
        for made, file in own(registry, kind)
        for check in (rule.apply(made, file) for rule in rules_of(kind))
        if not (check.passed or (made.name.endswith(TEXTBOOK) and check.check == NOT_OF_ONE_FORM))
    ]

    assert own(registry, kind)
    assert failed == []


def test_every_plugin_imports_only_the_api(registry: Registry) -> None:
    files = [Path(record.origin) for record in registry.plugins]

    assert len(files) > 40
    for file in files:
        assert only_the_api(file)
