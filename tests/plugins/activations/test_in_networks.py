"""Activations as parts of networks: exported to ONNX, trained, and listed with what they learn."""

import numpy as np
import onnxruntime
import torch
from torch import nn

from desktop_app.engine.networks.summary import summarize
from desktop_app.registry import Registry


class Each(nn.Module):
    """Gives ``[activations, batch, 7]``: the same inputs through each activation."""

    def __init__(self, activations: list[nn.Module]) -> None:
        super().__init__()
        self.activations = nn.ModuleList(activations)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return torch.stack([activation(inputs) for activation in self.activations])


def test_every_activation_gives_the_same_in_onnx(registry: Registry, tmp_path) -> None:
    network = Each([activation.create() for activation in registry.activations.values()]).eval()
    inputs = torch.linspace(-9, 9, 35).reshape(5, 7)
    torch.onnx.export(
        network,
        (inputs[:2],),
        tmp_path / "each.onnx",
        input_names=["inputs"],
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        external_data=False,
        verbose=False,
    )
    session = onnxruntime.InferenceSession(tmp_path / "each.onnx", providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"inputs": inputs.numpy()})
    expected = network(inputs).detach().numpy()

    worst = dict(zip(registry.activations, np.abs(found - expected).max(axis=(1, 2)), strict=True))
    assert {name: float(difference) for name, difference in worst.items() if difference > 1e-5} == {}
    assert len(worst) >= 12


def test_the_slope_of_prelu_is_listed_as_learned(registry: Registry) -> None:
    network = nn.Sequential(nn.Linear(3, 4), registry.activations["prelu"].create(), nn.Linear(4, 2))

    rows = summarize(network, torch.zeros(2, 3)).rows

    assert [(row.kind, row.parameters, row.trained) for row in rows] == [
        ("Linear", 16, True),
        ("PReLU", 1, True),
        ("Linear", 10, True),
    ]
