"""Layer normalization: all features of one sample together get mean 0 and variance 1."""

from typing import Annotated

from torch import nn

from desktop_app.api import Normalization, Range, hookimpl


def layer_norm(features: int, dimensions: int, eps: Annotated[float, Range(1e-8, 1e-2, log=True)] = 1e-5) -> nn.Module:
    """Return a layer norm for ``[batch, features]`` (``dimensions`` 0) or ``[batch, features, h, w]`` (2).

    Pictures are normalised over all channels and places together, the layer as the paper has it, with one scale and
    shift a channel: a group norm with one group, which asks for no picture size. (ConvNeXt's norm over the channels at
    each place is another one.)

    Args:
        eps: Added to the variance against division by 0.

    Raises: ``ValueError`` for other dimensions, or an eps that is not above 0.
    Source: Ba et al. 2016, arXiv:1607.06450.
    """
    if not eps > 0.0:
        raise ValueError(f"eps must be above 0, got {eps}")
    if dimensions == 0:
        return nn.LayerNorm(features, eps=eps)
    if dimensions == 2:
        return nn.GroupNorm(1, features, eps=eps)
    raise ValueError(f"dimensions must be 0 (vectors) or 2 (pictures), got {dimensions}")


@hookimpl
def register_normalizations() -> Normalization:
    return Normalization(
        "layer_norm",
        layer_norm,
        title="Layer norm",
        summary="Over each sample; the same in training and evaluation, at any batch size",
        formula=r"\frac{x - \mu_\text{sample}}{\sqrt{\sigma^2_\text{sample} + \epsilon}}\,\gamma + \beta",
        reference="arXiv:1607.06450",
        when="For small batches, single samples and perceptrons: it is the same in training and evaluation.",
        notes=(
            "Pictures are normalised over all channels and places together, as in the paper; Keras and ConvNeXt "
            "normalise over the channels at each place.",
            "It does not go away at export: batch norm can be folded into the layer before it, this cannot.",
        ),
    )
