"""ONNX Runtime gives torch's answers for every activation and every normalization, in vectors and in pictures.

An export costs about a second, so that all of one kind go into one graph with an output each.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from desktop_app.registry import Registry

NORMALIZATIONS = ["none", "batch_norm", "layer_norm", "group_norm"]
ACTIVATIONS = ["relu", "leaky_relu", "sigmoid", "tanh", "elu", "gelu", "silu"]


class SideBySide(nn.Module):
    """Runs networks on the same inputs: ``[batch, ...]`` in, ``[networks, batch, outputs]`` out."""

    def __init__(self, networks: list[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.stack([network(inputs) for network in self.networks])


@pytest.mark.filterwarnings("ignore")  # torch's exporter deprecates parts of itself
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize(("network", "shape"), [("mlp", (9,)), ("cnn", (2, 8, 8))])
def test_every_activation_and_normalization_agrees(
    registry: Registry, make_parts, network: str, shape: tuple[int, ...], normalization: str, tmp_path: Path
) -> None:
    torch.manual_seed(5)
    networks = [
        registry.networks[network].create(
            shape, 3, make_parts(activation=activation, normalization=normalization), layers=[6]
        )
        for activation in ACTIVATIONS
    ]
    model = SideBySide(networks)
    inputs = torch.randn(5, *shape)
    model(inputs)  # moves the running statistics away from 0 and 1
    model.eval()
    file = tmp_path / "model.onnx"
    batch = torch.export.Dim("batch")
    torch.onnx.export(
        model, (inputs,), file, dynamo=True, external_data=False, verbose=False, dynamic_shapes=({0: batch},)
    )
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    for samples in (torch.randn(1, *shape), 3 * torch.randn(7, *shape)):
        (answers,) = session.run(None, {session.get_inputs()[0].name: samples.numpy()})
        np.testing.assert_allclose(answers, model(samples).detach().numpy(), rtol=1e-4, atol=1e-5)
        assert len({answer.tobytes() for answer in answers}) == len(ACTIVATIONS)
