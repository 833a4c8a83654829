"""Show as code: every script runs where Downslope cannot be imported, and gives the plugin's very numbers."""

from __future__ import annotations

import builtins
import inspect
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from desktop_app.api import Activation, Contribution, Initializer, Network, Optimizer, Parameter
from desktop_app.engine.experiment import ModelSettings
from desktop_app.engine.learn.code import as_code
from desktop_app.engine.learn.usage import STEPS, input_shape, watches_the_loss
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.errors import PluginError
from desktop_app.registry import Registry, load_plugins

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a script where every import of Downslope fails; it returns the script's globals."""
    ordinary = builtins.__import__

    def without_downslope(name: str, *rest: Any, **named: Any) -> Any:
        asking = (rest[0] if rest else None) or {}
        if name.partition(".")[0] == "desktop_app" and asking.get("__name__") == "__main__":
            raise ImportError("this script is to run without Downslope")
        return ordinary(name, *rest, **named)

    def run_script(code: str, *arguments: str) -> dict[str, Any]:
        file = tmp_path / "shown.py"
        file.write_text(code, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", [str(file), *arguments])
        monkeypatch.setattr(builtins, "__import__", without_downslope)
        try:
            return runpy.run_path(str(file), run_name="__main__")
        finally:
            monkeypatch.setattr(builtins, "__import__", ordinary)

    return run_script


def own(registry: Registry, kind: str) -> Iterator[Any]:
    """Yield the contributions of Downslope's own files; a file that shows a whole library is no rule of its own."""
    for record in registry.plugins:
        found = [contribution for contribution in record.contributions if kind == contribution.KIND]
        yield from found if len(record.contributions) < 5 else []


def settings_of(contribution: Contribution) -> list[dict[str, Any]]:
    """Return the defaults, and each choice other than the default."""
    choices = [parameter for parameter in contribution.parameters if parameter.kind == "choice"]
    return [{}, *({one.name: choice} for one in choices for choice in one.choices if choice != one.default)]


def usable(contribution: Optimizer, hyper: dict[str, Any]) -> bool:
    """Return whether the plugin takes a setting by itself; some go together with another one only."""
    try:
        contribution.create([torch.ones(2, 2, requires_grad=True)], **hyper)
    except PluginError:
        return not contribution.named
    return True


def trained(contribution: Optimizer, hyper: dict[str, Any]) -> nn.Module:
    """Train the script's network with the plugin itself."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    inputs = torch.rand(256, 2) * 2 - 1
    targets = inputs.prod(dim=1, keepdim=True)
    weights = model.named_parameters() if contribution.named else model.parameters()
    optimizer = contribution.create(weights, **hyper)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward(create_graph=contribution.create_graph)
        return loss

    for _ in range(STEPS):
        if contribution.closure:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
    if callable(getattr(optimizer, "eval", None)):
        optimizer.eval()
    return model


def test_an_optimizer_as_code_trains_to_the_very_same_weights(registry: Registry, run: Run) -> None:
    shown = 0
    for contribution in own(registry, "optimizer"):
        for hyper in settings_of(contribution):
            if hyper and not usable(contribution, hyper):
                continue
            there = run(as_code(contribution, hyper))["model"]
            here = trained(contribution, hyper)
            for name, weight in here.state_dict().items():
                assert torch.equal(weight, there.state_dict()[name]), f"{contribution} {hyper}: {name}"
            shown += 1
    assert shown >= 15


def test_an_activation_as_code_gives_the_same_values_and_slopes(registry: Registry, run: Run) -> None:
    for contribution in own(registry, "activation"):
        for hyper in settings_of(contribution):
            there = run(as_code(contribution, hyper))
            inputs = torch.linspace(-4, 4, 9, requires_grad=True)
            outputs = contribution.create(**hyper)(inputs)
            outputs.sum().backward()
            assert torch.equal(outputs, there["outputs"]), contribution
            assert torch.equal(inputs.grad, there["inputs"].grad), contribution


def test_an_initializer_as_code_draws_the_same_weights(registry: Registry, run: Run) -> None:
    for contribution in own(registry, "initializer"):
        for hyper in settings_of(contribution):
            there = run(as_code(contribution, hyper))["weight"]
            torch.manual_seed(0)
            weight = torch.empty(256, 512)
            contribution.apply(weight, **hyper)
            assert torch.equal(weight, there), f"{contribution} {hyper}"


def test_a_normalization_as_code_gives_the_same_outputs(registry: Registry, run: Run) -> None:
    for contribution in own(registry, "normalization"):
        there = run(as_code(contribution, {}))
        assert torch.equal(contribution.create(8, 0)(there["inputs"]), there["outputs"]), contribution


def test_a_schedule_as_code_gives_the_same_learning_rates(registry: Registry, run: Run) -> None:
    for contribution in own(registry, "schedule"):
        there = run(as_code(contribution, {}))["rates"]
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0, momentum=0.9)
        schedule = contribution.create(optimizer, STEPS)
        rates = []
        for step in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(*([max(1.0 - step / 20, 0.5)] if watches_the_loss(contribution) else []))
        assert rates == there, contribution


def test_a_network_as_code_is_the_same_network_with_the_same_weights(registry: Registry, run: Run) -> None:
    parts = ChosenParts(ModelSettings(), registry)
    for contribution in own(registry, "network"):
        assert isinstance(contribution, Network)
        there = run(as_code(contribution, {}, registry))
        torch.manual_seed(0)
        here = contribution.create(input_shape(contribution), 10, parts)
        assert here.state_dict().keys() == there["network"].state_dict().keys()
        assert torch.equal(here.eval()(there["inputs"]), there["logits"]), contribution


def test_a_backbone_as_code_gives_the_same_features(registry: Registry, run: Run) -> None:
    contribution = registry.backbones["efficientnet_lite0"]
    there = run(as_code(contribution, {}))
    features = torch.zeros(1, 3, 64, 64)
    with torch.no_grad():
        for block in contribution.create("pretrained").module.eval() and there["built"].blocks:
            features = block(features)
    assert torch.equal(features, there["features"])
    assert features.abs().sum() > 0


def test_a_data_source_as_code_reads_the_same_samples(registry: Registry, run: Run, tmp_path: Path) -> None:
    from PIL import Image

    table = tmp_path / "points.csv"
    table.write_text("x,colour,side\n1,red,up\n2,blue,down\n3,red,up\n", encoding="utf-8")
    for name in ("cat", "dog"):
        (tmp_path / "animals" / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "animals" / name / "one.png")
    given: dict[str, tuple[Path | None, dict[str, Any]]] = {
        "table": (table, {"target": "side"}),
        "image_folder": (tmp_path / "animals", {}),
    }
    for contribution in own(registry, "data_source"):
        folder, hyper = given.get(contribution.name, (None, {}))
        there = run(as_code(contribution, hyper), *([str(folder)] if folder else []))["samples"]
        here = contribution.create(folder, **hyper)
        assert (there.classes, len(there.labels)) == (here.classes, len(here.labels))
        assert np.array_equal(there.labels, here.labels)


def test_a_tracker_as_code_writes_a_curve_where_it_says(registry: Registry, run: Run, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", lambda: str(tmp_path))

    there = run(as_code(registry.trackers["tensorboard"], {}))

    (file,) = Path(there["tracker"].place).iterdir()
    assert Path(there["tracker"].place) == tmp_path / "tensorboard"
    assert file.read_bytes().count(b"train_loss") == 100


def test_what_one_call_makes_is_shown_as_that_call(registry: Registry) -> None:
    code = as_code(registry.optimizers["adam"], {"lr": 0.02, "beta1": 0.8})
    assert "optimizer = torch.optim.Adam(model.parameters(), lr=0.02, betas=(0.8, 0.999), fused=True)" in code
    assert "activation = nn.LeakyReLU(negative_slope=0.2)" in as_code(
        registry.activations["leaky_relu"], {"negative_slope": 0.2}
    )
    assert "nn.BatchNorm1d(8, eps=1e-05, momentum=0.5" in as_code(
        registry.normalizations["batch_norm"], {"momentum": 0.5}
    )


def test_another_librarys_network_and_optimizer_are_shown_as_that_librarys(registry: Registry) -> None:
    code = as_code(registry.backbones["resnet18"], {})
    assert 'timm.create_model("resnet18", pretrained=True' in code
    names = [name for name in registry.optimizers if name.startswith("pytorch_optimizer.")]
    assert names
    for name in names[::8]:
        contribution = registry.optimizers[name]
        code = as_code(contribution, {one.name: 100 for one in contribution.parameters if one.required})
        compile(code, name, "exec")
        if not contribution.named:
            assert f"import {inspect.unwrap(contribution.factory).__name__}\n" in code or "torch.optim." in code, name


def test_no_script_speaks_of_downslope_hooks_or_ranges(registry: Registry) -> None:
    for kind in ("initializer", "activation", "normalization", "optimizer", "schedule", "network"):
        for contribution in own(registry, kind):
            code = as_code(contribution, {}, registry)
            assert "desktop_app" not in code
            assert "hookimpl" not in code
            assert "Annotated" not in code


def test_a_script_runs_in_a_python_of_its_own(registry: Registry, tmp_path: Path) -> None:
    hyper = {"form": "textbook"} if _has_form(registry.optimizers["momentum"].parameters) else {}
    file = tmp_path / "shown.py"
    file.write_text(as_code(registry.optimizers["momentum"], hyper), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(file)], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"loss after {STEPS} steps: 0.")


def _has_form(parameters: tuple[Parameter, ...]) -> bool:
    return any(parameter.name == "form" for parameter in parameters)


USERS = '''"""Mine: names that clash with the script's own, a helper and a comment."""

from typing import Annotated

import torch
from torch import nn

from desktop_app.api import Activation, Initializer, Range, fan_in_and_out, hookimpl

# Half of it goes through.
inputs = 0.5


class Halved(nn.Module):
    def __init__(self, by: Annotated[float, Range(0.0, 1.0)] = inputs) -> None:
        super().__init__()
        self.by = by

    def forward(self, outputs):
        return outputs * self.by + inputs - inputs


def model(weight: torch.Tensor, scale: float = 1.0) -> None:
    weight.fill_(scale / fan_in_and_out(weight)[0])


@hookimpl
def register_activations():
    return Activation("halved", Halved)


@hookimpl
def register_initializers():
    return [
        Initializer("mine", model),
        Initializer("zeros", nn.init.zeros_),
        Initializer("made", lambda weight: weight.zero_()),
    ]
'''


@pytest.fixture
def users(tmp_path: Path) -> Registry:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "halved.py").write_text(USERS, encoding="utf-8")
    return load_plugins(tmp_path / "plugins")


def test_a_users_plugin_is_shown_like_a_built_in_one(users: Registry, run: Run) -> None:
    halved = users.activations["halved"]
    assert isinstance(halved, Activation)
    code = as_code(halved, {"by": 0.25})
    assert "# Half of it goes through.\n" in code
    assert torch.equal(run(code)["outputs"], torch.linspace(-4, 4, 9) * 0.25)
    mine = users.initializers["mine"]
    assert isinstance(mine, Initializer)
    assert torch.equal(run(as_code(mine, {"scale": 2.0}))["weight"], torch.full((256, 512), 2.0 / 512))


def test_a_function_of_torch_is_named_as_such(users: Registry, run: Run) -> None:
    code = as_code(users.initializers["zeros"], {})
    assert "nn.init.zeros_(weight)" in code
    assert run(code)["weight"].abs().sum() == 0


def test_what_cannot_be_cut_out_is_shown_as_its_whole_file_with_the_reason(users: Registry) -> None:
    code = as_code(users.initializers["made"], {})
    assert code.startswith("# The whole file that it is written in; it does not run by itself, for ")
    assert code.endswith(USERS)


def test_an_unknown_hyper_parameter_is_refused_with_its_name(registry: Registry) -> None:
    with pytest.raises(PluginError, match='no hyper-parameter "learning_rate"'):
        as_code(registry.optimizers["adam"], {"learning_rate": 0.1})
