"""A training step never makes the device wait: on torch's ``meta`` device reading a value raises."""

from typing import Any

import pytest
import torch
from torch import nn

from desktop_app.engine.experiment import ModelSettings, PluginChoice
from desktop_app.engine.networks.answers import Answers
from desktop_app.engine.networks.parts import ChosenParts
from desktop_app.engine.stepper import Stepper
from desktop_app.registry import Registry

INPUTS: dict[str, tuple[int, ...]] = {"mlp": (64,), "cnn": (3, 8, 8), "transfer": (3, 32, 32)}
HYPER: dict[str, dict[str, Any]] = {"transfer": {"backbone": "test_resnet", "weights": "random", "head": [8]}}
# Looks at values by its nature: a line search.
READS_VALUES: set[str] = set()


def network_on_meta(registry: Registry, name: str) -> nn.Module:
    with torch.device("meta"):
        parts = ChosenParts(ModelSettings(), registry)
        module: nn.Module = registry.networks[name].create(INPUTS[name], 3, parts, **HYPER.get(name, {}))
    return module


def tensors_in(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [tensor for inner in value.values() for tensor in tensors_in(inner)]
    if isinstance(value, list | tuple):
        return [tensor for inner in value for tensor in tensors_in(inner)]
    return []


def test_every_network_is_known_here(registry: Registry) -> None:
    assert set(INPUTS) == set(registry.networks)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_a_step_of_every_optimizer_reads_no_value_and_leaves_nothing_on_the_cpu(
    name: str, all_plugins: Registry
) -> None:
    failures = {}
    for optimizer in sorted(set(all_plugins.optimizers) - READS_VALUES):
        if "." in optimizer:  # an adapter's: somebody else's code, which promises nothing
            continue
        network = network_on_meta(all_plugins, name)
        answers = Answers("softmax").to("meta")
        inputs = torch.empty((4, *INPUTS[name]), device="meta")
        targets = torch.empty(4, dtype=torch.int64, device="meta")
        parameters = list(network.named_parameters())
        stepper = Stepper(
            all_plugins,
            PluginChoice(name=optimizer),
            PluginChoice(name="cosine"),
            parameters,
            total_steps=10,
            clip_gradient=1.0,
        )
        try:
            for _ in range(2):
                loss = stepper.step(lambda: answers.loss(network(inputs), targets))  # noqa: B023 - called at once
        except Exception as error:  # noqa: BLE001 - every optimizer is tried before any is reported
            failures[optimizer] = repr(error)
            continue
        assert loss.device.type == "meta"
        # torch keeps its counts of steps, single numbers, on the CPU by design: reading them there waits for nobody.
        state = [tensor for tensor in tensors_in(stepper.optimizer.state_dict()["state"]) if tensor.ndim]
        left = [*network.state_dict().values(), *state, *(weight.grad for _, weight in parameters)]
        if behind := [tensor.shape for tensor in left if tensor is not None and tensor.device.type != "meta"]:
            failures[optimizer] = f"left on the CPU: {behind}"

    assert failures == {}


def test_the_meta_device_finds_what_it_is_meant_to_find(all_plugins: Registry) -> None:
    network = network_on_meta(all_plugins, "mlp")
    stepper = Stepper(
        all_plugins,
        PluginChoice(name="adam"),
        PluginChoice(name="constant"),
        list(network.named_parameters()),
        total_steps=1,
        guard=lambda loss: loss.item(),  # type: ignore[arg-type,return-value]
    )

    with pytest.raises(RuntimeError, match="meta"):
        stepper.step(lambda: network(torch.empty((4, 64), device="meta")).sum())
