"""Measure the backbones that Downslope comes with: ``python resources/backbones/build.py`` writes ``figures.json``.

Each one is built on torch's ``meta`` device, where nothing is computed and no weights are read, in about a second: it
takes half an hour for all of them. What is measured already is kept; delete the file to begin anew. A backbone that
cannot be built there stays without figures.

A row holds parameters, and multiply-accumulates for one picture of ``pixels``, both of what is used of the network (its
features, without its old classifier); multiply-accumulates are half of what torch's ``FlopCounterMode`` counts for
convolutions, matrix products and attention. ``bytes`` is about the size of the weights' file, classifier included.
"""

import json
import sys
from pathlib import Path
from typing import Any

import timm
import torch
from torch.utils.flop_counter import FlopCounterMode

from desktop_app.api import Backbone
from desktop_app.registry import load_plugins

FIGURES = Path(__file__).with_name("figures.json")
_SAVED_EVERY = 20


def measure(contribution: Backbone) -> dict[str, Any]:
    """Return the row of one backbone."""
    with torch.device("meta"):
        module, rule, blocks = contribution.create("random")
        module.eval().requires_grad_(False)  # the counter looks for gradients where they are asked for
        features = torch.zeros(1, 3, rule.size, rule.size)
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            for block in blocks:
                features = block(features)
    weights = {id(parameter): parameter.numel() for block in blocks for parameter in block.parameters()}
    known = module.pretrained_cfg
    classifier = module.num_features * known["num_classes"] + known["num_classes"]
    held = sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())
    return {
        "parameters": sum(weights.values()),
        "macs": counter.get_total_flops() // 2,
        "pixels": rule.size,
        "bytes": held + 4 * classifier,
    }


def save(rows: dict[str, dict[str, Any]]) -> None:
    """Write the table, a line a backbone."""
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(rows[name])}" for name in sorted(rows))
    FIGURES.write_text(f'{{\n  "timm": "{timm.__version__}",\n  "figures": {{\n{lines}\n  }}\n}}\n', encoding="utf-8")


def build() -> int:
    """Measure what is not measured yet; return how many backbones have figures."""
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))["figures"] if FIGURES.exists() else {}
    registry = load_plugins()
    names = {
        thing.name: thing
        for record in registry.plugins
        if record.source == "built-in"
        for thing in record.contributions
        if isinstance(thing, Backbone)
    }
    for place, (name, contribution) in enumerate(names.items()):
        if name in rows:
            continue
        try:
            rows[name] = measure(contribution)
        except Exception as error:  # noqa: BLE001 - whatever a network raises on meta: it stays without figures
            print(f"{name}: {type(error).__name__}: {str(error).partition(chr(10))[0]}", file=sys.stderr)  # noqa: T201
        if place % _SAVED_EVERY == 0:
            save(rows)
    save(rows)
    return len(rows)


if __name__ == "__main__":
    print(f"{build()} backbones in {FIGURES}")  # noqa: T201 - a script's answer
