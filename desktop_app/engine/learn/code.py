"""Show as code: a complete Python script that does what a plugin does, with the same settings and no Downslope.

What a plugin makes with one call of torch (``torch.optim.Adam(...)``, ``nn.LeakyReLU(0.01)``) is shown as that call;
everything else as the plugin's own source (see ``standalone.py``). Below it stands a short use of it.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_app.api import Backbone, Contribution
from desktop_app.engine.learn.constructor import Made, how_imported, made_with_one_call
from desktop_app.engine.learn.standalone import NotStandalone, Standalone, is_house, module_of
from desktop_app.engine.learn.usage import NAMES, Usage, usage_of
from desktop_app.registry import Registry

_COLUMNS = 120

_TIMM = """\
import timm
import torch

backbone = timm.create_model("{name}", pretrained=True, num_classes=0)
size = backbone.pretrained_cfg["input_size"]
features = backbone.eval().forward_features(torch.zeros(1, *size))
print(tuple(features.shape))
"""


def as_code(contribution: Contribution, hyper: Mapping[str, Any], registry: Registry | None = None) -> str:
    """Return a script that makes and uses the contribution with these hyper-parameters.

    A network with a backbone needs the ``registry`` to find it in. Where the source cannot be cut out of its file, the
    whole file is returned under a comment that says why it does not run alone.
    Raises: ``PluginError`` where a hyper-parameter is unknown or the plugin refuses it.
    """
    checked = contribution.check(hyper)
    try:
        return _script(contribution, checked, registry)
    except NotStandalone as reason:
        return _whole_file(contribution, str(reason))


def _script(contribution: Contribution, hyper: dict[str, Any], registry: Registry | None) -> str:
    if isinstance(contribution, Backbone) and _is_of_timm(contribution):
        return f"{_head(contribution)}\n\n{_TIMM.format(name=contribution.name)}"
    usage = usage_of(contribution, hyper, registry)
    source = Standalone(provided=usage.provided, reserved=NAMES[contribution.KIND])
    for line in usage.imports:
        source.add_import(line)
    expression = _expression(contribution, hyper, usage, source)
    text = usage.text(expression, source)
    imports = "\n".join(source.import_lines())
    body = _spaced([*source.definitions, text.strip("\n")])
    return f"{_head(contribution)}\n\nfrom __future__ import annotations\n\n{imports}\n\n{body}\n"


def _spaced(parts: list[str]) -> str:
    """Join parts as Python is laid out: constants one below the other, two empty lines around all else."""
    text, before_is_constant = "", True
    for part in parts:
        first = next(line for line in part.splitlines() if not line.startswith("#"))
        is_constant = part is not parts[-1] and not first.startswith(("def ", "class ", "@", "async "))
        gap = "\n" if before_is_constant and is_constant else "\n\n\n"
        text += (gap if text else "" if is_constant or len(parts) == 1 else "\n") + part
        before_is_constant = is_constant
    return text


def _expression(contribution: Contribution, hyper: dict[str, Any], usage: Usage, source: Standalone) -> str:
    """Return the call that makes the thing, having put what it needs into ``source``."""
    made = made_with_one_call(contribution, hyper)
    if made is not None:
        return _of_made(made, usage, source)
    try:
        name = source.take(contribution.maker)
    except NotStandalone:
        name = _of_library(contribution, source)
    given = [*usage.given, *(f"{key}={value!r}" for key, value in hyper.items())]
    return call(name, given)


def _of_library(contribution: Contribution, source: Standalone) -> str:
    """Import the class of another library that a plugin hands on in a wrapping of its own.

    Raises: ``NotStandalone`` where there is none, or where the wrapping arranges the parameters.
    """
    wrapped = inspect.unwrap(contribution.maker)
    module = module_of(wrapped).__name__
    if is_house(module) or getattr(contribution, "named", False):
        raise NotStandalone("it is made while the plugin runs")
    name, line = how_imported(wrapped)
    source.add_import(line)
    return name


def _is_of_timm(contribution: Backbone) -> bool:
    """Return whether a backbone, made by a wrapping, is one of timm's networks under timm's own name."""
    timm = sys.modules.get("timm")
    wrapped = "<locals>" in getattr(contribution.factory, "__qualname__", "")
    return wrapped and timm is not None and bool(timm.is_model(contribution.name))


def _of_made(made: Made, usage: Usage, source: Standalone) -> str:
    if made.source is not None:
        name = source.take(made.source)
    else:
        source.add_import(made.imported)
        name = made.name
    first = [usage.given[0]] if made.takes_first else []
    return call(name, [*first, *made.arguments])


def call(name: str, arguments: list[str]) -> str:
    """Return a call, on one line where it fits."""
    line = f"{name}({', '.join(arguments)})"
    if len(line) <= _COLUMNS - 12:
        return line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def _head(contribution: Contribution) -> str:
    title = contribution.title or contribution.name
    text = f"{title}: {contribution.summary}" if contribution.summary else title
    text = text.rstrip(".").replace("\\", "/").replace('"""', "'''") + "."
    if contribution.reference:
        text += f" Source: {contribution.reference}"
    lines = textwrap.wrap(text, _COLUMNS - 6)
    return '"""' + "\n".join(lines) + ('"""' if len(lines) == 1 else '\n"""')


def _whole_file(contribution: Contribution, reason: str) -> str:
    file = Path(contribution.file)
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    why = textwrap.wrap(f"The whole file that it is written in; it does not run by itself, for {reason}.", _COLUMNS - 4)
    return "".join(f"# {line}\n" for line in why) + "\n" + text
