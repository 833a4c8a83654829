"""What is asked of backbones; only with weights drawn anew, so that nothing is downloaded."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from desktop_app.api.contributions import Backbone
from desktop_app.api.networks import BuiltBackbone
from desktop_app.errors import DownslopeError, PluginError
from desktop_app.registry.conformance.check import Rule, RuleError


def _built(contribution: Backbone) -> BuiltBackbone:
    torch.manual_seed(0)
    found = contribution.create("random")
    try:
        built = BuiltBackbone(*found)
    except TypeError as error:
        raise RuleError(
            f"its factory returns {type(found).__name__}, not BuiltBackbone(module, preprocessing, blocks)."
        ) from error
    if not isinstance(built.module, nn.Module) or not built.blocks:
        raise RuleError("its factory must return a module, a PictureRule and at least one block.")
    built.module.eval()
    return built


def _features(built: BuiltBackbone, pictures: Tensor) -> Tensor:
    for block in built.blocks:
        pictures = block.eval()(pictures)
    return pictures


def picture_rule(contribution: Backbone) -> str:
    """Return the size. Raises: ``RuleError`` for numbers that no picture can be prepared with."""
    rule = _built(contribution).preprocessing
    if not 8 <= rule.size <= 2048:
        raise RuleError(f"its pictures are {rule.size} pixels wide; 8 to 2048 make sense.")
    if len(rule.mean) != 3 or len(rule.std) != 3:
        raise RuleError("mean and std must hold three numbers, one a colour.")
    if not all(0.0 <= value <= 1.0 for value in rule.mean) or not all(0.0 < value <= 1.0 for value in rule.std):
        raise RuleError(f"mean {rule.mean} and std {rule.std} are shares of the brightest value: 0 to 1, std above 0.")
    return f"{rule.size} pixels, {rule.interpolation}, {rule.rule}"


def blocks(contribution: Backbone) -> str:
    """Return the features' shape. Raises: ``RuleError`` where the blocks in a row do not make the features."""
    built = _built(contribution)
    size = built.preprocessing.size
    pictures = torch.randn(2, 3, size, size)
    with torch.no_grad():
        features, alone = _features(built, pictures), _features(built, pictures[:1])
        whole = built.module(pictures)
    if features.ndim not in (2, 4) or len(features) != 2:
        raise RuleError(f"the blocks give {list(features.shape)}; [batch, channels] or [batch, channels, h, w] is due.")
    if not bool(features.isfinite().all()) or not torch.allclose(features[:1], alone, atol=1e-4):
        raise RuleError("the features are not finite, or those of a picture alone differ from those among others.")
    if isinstance(whole, Tensor) and whole.shape == features.shape and not torch.allclose(whole, features, atol=1e-4):
        raise RuleError(
            "the blocks in a row give other features than the module itself; name them in the order they run."
        )
    inside = {id(weight) for weight in built.module.parameters()}
    if any(id(weight) not in inside for block in built.blocks for weight in block.parameters()):
        raise RuleError("a block has parameters that are not the module's.")
    return f"{len(built.blocks)} blocks give {list(features.shape)} for two pictures"


def bad_weights(contribution: Backbone) -> str:
    """Return the refusal of a file that is not there. Raises: ``RuleError`` where it is taken, or no reason given."""
    try:
        contribution.create("no_such_weights.safetensors")
    except PluginError as error:
        if not isinstance(error.__cause__, DownslopeError | ValueError | OSError):
            raise
        return str(error.__cause__)
    raise RuleError("a weights file that is not there is accepted in silence; read it with load_weights.")


def on_meta(contribution: Backbone) -> str:
    """Return a word on a dry run: on torch's ``meta`` device a backbone is built to count its parameters."""
    with torch.device("meta"):
        built = BuiltBackbone(*contribution.create("pretrained"))
    return f"{sum(weight.numel() for weight in built.module.parameters()):,} parameters, read without weights"


RULES = (
    Rule("picture rule", picture_rule),
    Rule("blocks in order", blocks),
    Rule("refuses bad values", bad_weights),
    Rule("can be counted without weights", on_meta),
)
