"""Every network of the timm library as a backbone of the same name; pretrained weights come from the hub."""

from collections.abc import Callable, Iterator
from typing import Any

import timm
import torch
from torch import Tensor, nn

from desktop_app.api import (
    Backbone,
    BuiltBackbone,
    DataError,
    PictureRule,
    PluginError,
    fetch_weights,
    hookimpl,
    load_weights,
)

# Has a plugin of its own, with weights that need no hub.
_TAKEN = "efficientnet_lite0"
_TRACED_SIZE = 64
_RULES: dict[str, Any] = {"center": "crop", "squash": "stretch", "border": "pad"}


class WholeFeatures(nn.Module):
    """A network as one block: its features, pooled to ``[batch, channels]`` where they are no ``[batch, c, h, w]``."""

    def __init__(self, network: nn.Module, pooled: bool) -> None:
        super().__init__()
        self.network = network
        self.pooled = pooled

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the features."""
        network: Any = self.network
        features: Tensor = network.forward_features(pictures)
        if self.pooled:  # tokens: timm's own way to one vector a picture (class token, mean, attention)
            features = network.forward_head(features, pre_logits=True)
        return features


def build(name: str, weights: str) -> BuiltBackbone:
    """Return timm's network ``name`` without its classifier, in blocks where it is a plain chain of modules.

    The blocks come from watching one run on an empty picture (see ``chain_of_modules``), which needs no numbers and so
    works on the ``meta`` device too, where no weights are read. What is no chain, such as a vision transformer
    with its position embedding, becomes one block.
    Raises: ``PluginError`` where the hub cannot be reached or has no weights, ``DataError`` for a file that is unfit.
    """
    on_meta = torch.empty(0).device.type == "meta"
    module = _create(name, pretrained=weights == "pretrained" and not on_meta)
    settings: dict[str, Any] = module.pretrained_cfg  # type: ignore[assignment]
    chain, features = _watch(module, settings)
    is_map = features.ndim == 4 and features.shape[1] == module.num_features
    if chain and is_map:
        _leave_out_dense_layers(module)
    blocks = chain if chain and is_map else [WholeFeatures(module, pooled=not is_map)]
    if weights not in ("pretrained", "random") and not on_meta:
        # What pools and classifies after the last block (VGG's dense layers) is not used, and may lack in the file.
        load_weights(module, weights, ignore=_classifiers(settings), used=blocks)
    return BuiltBackbone(module, picture_rule(settings), blocks)


def _classifiers(settings: dict[str, Any]) -> tuple[str, ...]:
    names = settings.get("classifier") or ()
    return tuple(f"{name}." for name in ((names,) if isinstance(names, str) else names))


def _leave_out_dense_layers(module: nn.Module) -> None:
    """Take away what VGG has between its features and its classifier, 120 million weights that are not run here."""
    if isinstance(getattr(module, "pre_logits", None), nn.Module):
        module.pre_logits = nn.Identity()


def _create(name: str, pretrained: bool) -> nn.Module:
    # Pooling stays: features are taken before it, and transformers need theirs to make one vector of their tokens.
    if not pretrained:
        drawn: nn.Module = timm.create_model(name, pretrained=False, num_classes=0)
        return drawn
    try:
        settings = timm.get_pretrained_cfg(name)
        overlay = None
        if settings and settings.hf_hub_id:
            # From the file itself, timm asks nobody whether there is a newer one: without a network that takes long.
            overlay = {"file": str(fetch_weights(settings.hf_hub_id)), "custom_load": False}
        module: nn.Module = timm.create_model(name, pretrained=True, pretrained_cfg_overlay=overlay, num_classes=0)
    except DataError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise PluginError(
            f'The pretrained weights of "{name}" could not be fetched from the hub: {reason.rstrip(".")}. Connect to '
            f'the internet once, or set the weights to "random" or to the path of a .safetensors or .pth file.'
        ) from error
    return module


def _origin(settings: Any) -> str:
    """Return where timm has the pretrained weights from, as ``Backbone.pretrained`` says it."""
    if settings is None or not settings.has_weights:
        return "none"
    return f"hf-hub:{settings.hf_hub_id}" if settings.hf_hub_id else "download"


def picture_rule(settings: dict[str, Any]) -> PictureRule:
    """Return how a picture is prepared, from timm's ``pretrained_cfg``; what timm picks at random becomes bicubic."""
    interpolation = settings.get("interpolation", "bicubic")
    return PictureRule(
        size=int(settings["input_size"][-1]),
        mean=tuple(settings["mean"]),
        std=tuple(settings["std"]),
        interpolation=interpolation if interpolation in ("bilinear", "nearest") else "bicubic",
        rule=_RULES.get(settings.get("crop_mode", "center"), "crop"),
    )


def _watch(module: nn.Module, settings: dict[str, Any]) -> tuple[list[nn.Module], Tensor]:
    """Return ``chain_of_modules`` on a small picture, or on one of the network's own size where that must be."""
    height, width = settings["input_size"][-2:]
    if not settings.get("fixed_input_size"):
        try:
            return chain_of_modules(module, (_TRACED_SIZE, _TRACED_SIZE))
        except (RuntimeError, AssertionError, ValueError):  # too small for this network
            pass
    return chain_of_modules(module, (height, width))


def chain_of_modules(module: nn.Module, size: tuple[int, int]) -> tuple[list[nn.Module], Tensor]:
    """Return the modules that make up ``forward_features`` when run in order, and the features of an empty picture.

    Watches one run in evaluation mode. It is a chain where each module is called once, with the very
    tensor that the one before returned (the first with the picture) and nothing else, where that tensor was not changed
    in between, and where the last one's output is what ``forward_features`` returns. Otherwise the list is empty.
    """
    calls: list[nn.Module] = []
    handed: list[tuple[Tensor, int]] = []
    broken = False

    def entered(block: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        nonlocal broken
        last, version = handed[-1]
        broken |= len(given) != 1 or bool(named) or given[0] is not last or last._version != version

    def left(block: nn.Module, given: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
        nonlocal broken
        if isinstance(output, Tensor):
            broken |= block in calls
            calls.append(block)
            handed.append((output, output._version))
        else:
            broken = True

    handles = []
    for candidate in _candidates(module):
        handles.append(candidate.register_forward_pre_hook(entered, with_kwargs=True))
        handles.append(candidate.register_forward_hook(left, with_kwargs=True))
    weight = next(module.parameters())
    picture = torch.zeros(1, 3, *size, device=weight.device, dtype=weight.dtype)
    handed.append((picture, picture._version))
    was_training = module.training
    try:
        with torch.no_grad():
            network: Any = module.eval()
            features: Tensor = network.forward_features(picture)
    finally:
        module.train(was_training)
        for handle in handles:
            handle.remove()
    last, version = handed[-1]
    if broken or features is not last or last._version != version:
        return [], features
    return [block for block in calls if not isinstance(block, nn.Identity)], features


def _candidates(module: nn.Module) -> Iterator[nn.Module]:
    """Yield the module's children, and in place of plain sequences and lists what stands in them."""
    for child in module.children():
        if isinstance(child, nn.ModuleList) or (
            type(child).forward is nn.Sequential.forward and len(list(child.children()))
        ):
            yield from child.children()
        else:
            yield child


def _factory(name: str) -> Callable[[str], BuiltBackbone]:
    def factory(weights: str) -> BuiltBackbone:
        return build(name, weights)

    return factory


@hookimpl
def register_backbones() -> Iterator[Backbone]:
    for name in timm.list_models():
        if name != _TAKEN:
            settings = timm.get_pretrained_cfg(name)
            yield Backbone(
                name,
                _factory(name),
                summary=f"timm's {name}",
                reference="https://github.com/huggingface/pytorch-image-models",
                licence=(settings.license or "") if settings else "",
                pretrained=_origin(settings),
            )
