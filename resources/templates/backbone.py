"""New backbone: TODO say in a line what it is, and what its weights were trained on."""

from torch import nn

from desktop_app.api import Backbone, BuiltBackbone, PictureRule, PluginError, hookimpl, load_weights

# How pictures were prepared when the weights were trained; the exported model does the same.
PREPROCESSING = PictureRule(size=64, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
_CHANNELS = (16, 32, 64)


def _block(before: int, after: int) -> nn.Module:
    """Return a block that halves the picture."""
    return nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


def new_backbone(weights: str) -> BuiltBackbone:
    """Return three blocks, each of which halves the picture.

    ``weights`` is ``"random"`` or the path of a file with the names of this module's ``state_dict``. There are none to
    be had under ``"pretrained"``: TODO load yours there.

    Shape: ``[batch, 3, size, size]`` in, ``[batch, 64, size/8, size/8]`` out.
    Raises: ``DataError`` for a weights file that is unreadable or does not fit, ``PluginError`` for ``"pretrained"``.
    """
    module = nn.Sequential(*(_block(*pair) for pair in zip((3, *_CHANNELS), _CHANNELS, strict=False)))
    on_meta = next(module.parameters()).device.type == "meta"  # a dry run that only counts: no weights are read
    if weights == "pretrained" and not on_meta:
        raise PluginError('new_backbone has no pretrained weights; set model.weights to "random" or to a file.')
    if weights not in ("pretrained", "random") and not on_meta:
        load_weights(module, weights)
    return BuiltBackbone(module, PREPROCESSING, list(module))


@hookimpl
def register_backbones() -> Backbone:
    return Backbone(
        "new_backbone",
        new_backbone,
        title="New backbone",
        summary="Three convolutions; 64 features from pictures of 64 pixels",
        when="TODO say in a sentence when to pick it.",
        licence="TODO name the licence of the weights",
        pretrained="none",
    )
