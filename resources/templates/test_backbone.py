"""New backbone: shapes, and weights from a file, and the checks that every backbone must pass."""

from pathlib import Path

import pytest
import torch

from desktop_app.api import PluginError
from desktop_app.registry.conformance import check_plugin, contributions_of

# Beside this file, or in a folder above it.
PLUGIN = next(folder / "new_backbone.py" for folder in Path(__file__).parents if (folder / "new_backbone.py").is_file())
(new_backbone,) = contributions_of(PLUGIN)


def test_pictures_become_features() -> None:
    built = new_backbone.create("random")

    assert built.module(torch.ones(2, 3, 64, 64)).shape == (2, 64, 8, 8)
    assert [block(torch.ones(1, 3, 8, 8)).shape[1] for block in built.blocks[:1]] == [16]


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    first = new_backbone.create("random").module
    torch.save(first.state_dict(), tmp_path / "weights.pth")

    second = new_backbone.create(str(tmp_path / "weights.pth")).module

    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_pretrained_weights_are_refused_as_long_as_there_are_none() -> None:
    with pytest.raises(PluginError, match="has no pretrained weights"):
        new_backbone.maker("pretrained")


def test_it_passes_every_check() -> None:
    assert [check for check in check_plugin(PLUGIN) if not check.passed] == []
