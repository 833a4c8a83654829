"""A short use of each kind of plugin: what stands below its source in the script that *Show as code* gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.api import Backbone, Contribution, Network, Optimizer, RunDescription, Tracker
from desktop_app.engine.learn.standalone import NotStandalone, Standalone
from desktop_app.registry import Registry

STEPS = 100
"""Steps of training, and of a schedule."""

_TORCH = "import torch"
_NN = "from torch import nn"

NAMES: dict[str, frozenset[str]] = {
    "initializer": frozenset({"weight"}),
    "activation": frozenset({"activation", "inputs", "outputs"}),
    "normalization": frozenset({"norm", "inputs", "outputs"}),
    "optimizer": frozenset({"model", "inputs", "targets", "optimizer", "loss", "closure"}),
    "schedule": frozenset({"weight", "optimizer", "total_steps", "schedule", "rates"}),
    "network": frozenset({"Parts", "network", "inputs", "logits"}),
    "backbone": frozenset({"built", "features", "pictures", "block"}),
    "data_source": frozenset({"folder", "samples"}),
    "tracker": frozenset({"description", "folder", "steps", "tracker"}),
}
"""The names that each kind's use gives to its variables: a plugin's function of that name gets another one."""


@dataclass(frozen=True)
class Usage:
    """``given`` are the arguments that Downslope passes; ``text`` makes the rest from the call that makes the thing."""

    given: tuple[str, ...]
    imports: tuple[str, ...]
    text: Callable[[str, Standalone], str]
    provided: frozenset[str] = frozenset()


def usage_of(contribution: Contribution, hyper: Mapping[str, Any], registry: Registry | None) -> Usage:
    """Return how the contribution is used."""
    if isinstance(contribution, Optimizer):
        named = "named_parameters" if contribution.named else "parameters"
        return Usage((f"model.{named}()",), (_TORCH, _NN), lambda made, _: _optimizer(contribution, hyper, made))
    if isinstance(contribution, Network):
        return _network(contribution, hyper, registry)
    if isinstance(contribution, Backbone):
        return _backbone(contribution)
    if isinstance(contribution, Tracker):
        return _tracker(contribution)
    usages = {
        "initializer": Usage(("weight",), (_TORCH,), lambda made, _: _INITIALIZER.format(made=made)),
        "activation": Usage((), (_TORCH,), lambda made, _: _ACTIVATION.format(made=made)),
        "normalization": Usage(("8", "0"), (_TORCH,), lambda made, _: _NORMALIZATION.format(made=made)),
        "schedule": Usage(("optimizer", "total_steps"), (_TORCH, _NN), _schedule(contribution)),
        "data_source": Usage(
            ("folder",), ("import sys", "from pathlib import Path"), _data_source, frozenset({"resource_file"})
        ),
    }
    return usages[contribution.KIND]


_INITIALIZER = """\
torch.manual_seed(0)
weight = torch.empty(256, 512)  # of nn.Linear(512, 256)
{made}
print(f"mean {{weight.mean():.5f}}, standard deviation {{weight.std():.5f}}")
"""

_ACTIVATION = """\
activation = {made}
inputs = torch.linspace(-4, 4, 9, requires_grad=True)
outputs = activation(inputs)
outputs.sum().backward()
for x, y, slope in zip(inputs.tolist(), outputs.tolist(), inputs.grad.tolist()):
    print(f"f({{x:+.0f}}) = {{y:+.4f}}, slope {{slope:+.4f}}")
"""

_NORMALIZATION = """\
torch.manual_seed(0)
norm = {made}
inputs = torch.randn(64, 8) * torch.arange(1, 9) + 5
outputs = norm(inputs)
print("before:", [f"{{feature.mean():.2f}} ± {{feature.std():.2f}}" for feature in inputs.T])
print("after: ", [f"{{feature.mean():.2f}} ± {{feature.std():.2f}}" for feature in outputs.T])
"""


def _optimizer(contribution: Optimizer, hyper: Mapping[str, Any], made: str) -> str:
    """One that keeps other weights for evaluation than for training is told when the training has ended."""
    from torch import nn

    model = nn.Linear(2, 2)
    tried = contribution.create(model.named_parameters() if contribution.named else model.parameters(), **hyper)
    has_modes = callable(getattr(tried, "eval", None))
    ended = "optimizer.eval()  # its other weights, which are used; optimizer.train() goes on\n" if has_modes else ""
    backward = "loss.backward(create_graph=True)" if contribution.create_graph else "loss.backward()"
    begin = f"""\
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
inputs = torch.rand(256, 2) * 2 - 1
targets = inputs.prod(dim=1, keepdim=True)

optimizer = {made}
"""
    if contribution.closure:
        return (
            begin
            + f"""

def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    {backward}
    return loss


for step in range({STEPS}):
    loss = optimizer.step(closure)
{ended}print(f"loss after {STEPS} steps: {{loss.item():.6f}}")
"""
        )
    return (
        begin
        + f"""\
for step in range({STEPS}):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    {backward}
    optimizer.step()
{ended}print(f"loss after {STEPS} steps: {{loss.item():.6f}}")
"""
    )


def _schedule(contribution: Contribution) -> Callable[[str, Standalone], str]:
    """A schedule that watches the validation loss is given one that stops falling, once an epoch."""

    def text(made: str, _source: Standalone) -> str:
        begin = f"""\
weight = nn.Parameter(torch.zeros(1))
optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
total_steps = {STEPS}
schedule = {made}
rates = []
for step in range(total_steps):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
"""
        if watches_the_loss(contribution):
            return begin + "    schedule.step(max(1.0 - step / 20, 0.5))  # the validation loss\nprint(rates)\n"
        return begin + "    schedule.step()\nprint(rates)\n"

    return text


def watches_the_loss(contribution: Contribution) -> bool:
    """Return whether a schedule with its defaults is stepped with the validation loss, once an epoch."""
    import torch
    from torch import nn

    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
    return isinstance(contribution.create(optimizer, STEPS), torch.optim.lr_scheduler.ReduceLROnPlateau)


_PARTS = '''\
class Parts:
    """What an experiment picks unless told otherwise: batch norm before ReLU, He initialization."""

    def activation(self):
        return nn.ReLU()

    def normalization(self, features, dimensions):
        return nn.BatchNorm2d(features) if dimensions else nn.BatchNorm1d(features)

    def activated(self, features, dimensions):
        return [self.normalization(features, dimensions), self.activation()]

    def initialize(self, module):
        for layer in module.modules():
            if isinstance(layer, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)):
                nn.init.kaiming_normal_(layer.weight)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)
        return module
'''


def input_shape(contribution: Contribution) -> tuple[int, ...]:
    """Return inputs that a network takes: 64 columns, or pictures, larger ones for a backbone."""
    if getattr(contribution, "prefers", "pictures") == "vectors":
        return (64,)
    has_backbone = any(parameter.name == "backbone" for parameter in contribution.parameters)
    return (3, 64, 64) if has_backbone else (3, 32, 32)


def _network(contribution: Network, hyper: Mapping[str, Any], registry: Registry | None) -> Usage:
    shape = input_shape(contribution)

    def text(made: str, source: Standalone) -> str:
        parts = _PARTS
        default = next((p.default for p in contribution.parameters if p.name == "backbone"), None)
        name = hyper.get("backbone", default)
        if name is not None:
            if registry is None:
                raise NotStandalone("it is built on a backbone, which is another plugin")
            backbone = source.take(registry.backbones[name].maker)
            parts += f"\n    def backbone(self, name, weights):\n        return {backbone}(weights)\n"
        return f"""{parts}

torch.manual_seed(0)
network = {made}
print(network)
inputs = torch.randn(2, *{shape})
logits = network.eval()(inputs)
print(logits.shape, sum(weight.numel() for weight in network.parameters()), "parameters")
"""

    return Usage((repr(shape), "10", "Parts()"), (_TORCH, _NN), text, frozenset({"Parts"}))


def _backbone(contribution: Backbone) -> Usage:
    def text(made: str, _source: Standalone) -> str:
        return f"""\
built = {made}
features = torch.zeros(1, 3, 64, 64)
with torch.no_grad():
    for block in built.module.eval() and built.blocks:
        features = block(features)
        print(tuple(features.shape))
"""

    return Usage(('"pretrained"',), (_TORCH,), text)


def _data_source(made: str, source: Standalone) -> str:
    text = f"""\
# The folder or table to read is the script's first argument; a source that brings its own data needs none.
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
samples = {made}
print(len(samples.labels), "samples", samples.classes)
"""
    if any("resource_file" in definition for definition in source.definitions):
        from desktop_app.reading.resources import resource_file

        root = resource_file("sample").parent
        text = f'''\
def resource_file(name):
    """Where the files that come with Downslope lie."""
    return Path({str(root)!r}) / name


{text}'''
    return text


def _tracker(contribution: Tracker) -> Usage:
    """One that lacks a method is not called there: a class says which it has, of a function that is not known."""
    maker = contribution.maker

    def text(made: str, source: Standalone) -> str:
        called = {
            "run_started": "tracker.run_started(description)",
            "numbers": 'tracker.numbers("train_loss", steps, np.exp(-steps / 30))',
            "run_ended": 'tracker.run_ended("finished", {"train_loss": 0.036, "epochs": 1, "steps": 100})',
        }
        lines = [line for name, line in called.items() if not isinstance(maker, type) or hasattr(maker, name)]
        description = source.take(RunDescription)
        return f"""\
tracker = {made}
folder = Path(tempfile.mkdtemp())  # of the run
experiment = {{"name": "curve", "training": {{"epochs": 1}}}}
description = {description}("curve", folder, experiment, "rows of 2 columns to 2 classes: no, yes", "cpu")
steps = np.arange(1, 101)
{chr(10).join(lines)}
print("written to", getattr(tracker, "place", ""))
"""

    return Usage((), ("import tempfile", "from pathlib import Path", "import numpy as np"), text)
