"""A network that ONNX cannot express is refused with what its author can change."""

import re
from dataclasses import replace

import pytest
import torch
from torch import nn

from desktop_app.engine.export.onnx_file import write_onnx
from desktop_app.engine.export.options import ExportOptions
from desktop_app.engine.export.refusal import why_refused
from desktop_app.engine.export.source import ExportSource
from desktop_app.errors import ExportError


class ByValue(nn.Module):
    def forward(self, rows):
        return rows[:, :10] if rows.mean() > 0 else rows[:, 10:20]


class Foreign(nn.Module):
    def forward(self, rows):
        return torch.special.bessel_j0(rows[:, :10])


class Broken(nn.Module):
    def forward(self, rows):
        raise ValueError("this layer wants\nmore columns.")


@pytest.fixture(scope="module")
def source(train, experiment_of, all_plugins, tmp_path_factory):
    run = train(experiment_of("mlp", training__epochs=1), tmp_path_factory.mktemp("runs")).run
    return ExportSource.open(run, all_plugins)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (ByValue(), "its forward decides by the values in a tensor .*; use torch.where."),
        (Foreign(), "ONNX has no counterpart for torch's operator prims.bessel_j0; use others in its place."),
        (Broken(), "this layer wants."),
    ],
)
def test_a_network_that_cannot_be_expressed_is_refused_plainly(network, sentence, source, tmp_path, capfd):
    other = replace(source, model=replace(source.model, network=network))

    with pytest.raises(ExportError) as refused:
        write_onnx(other, ExportOptions(), tmp_path / "model.onnx")

    assert re.fullmatch(f"The network cannot be written as ONNX: {sentence}", str(refused.value))
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_an_error_without_words_is_told_by_its_kind():
    assert why_refused(KeyError()) == "KeyError"
