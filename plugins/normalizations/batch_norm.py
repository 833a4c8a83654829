"""Batch normalization: each feature gets mean 0 and variance 1 over the batch."""

from typing import Annotated

from torch import nn

from desktop_app.api import Normalization, Range, hookimpl


def batch_norm(
    features: int,
    dimensions: int,
    momentum: Annotated[float, Range(0.001, 1.0, log=True)] = 0.1,
    eps: Annotated[float, Range(1e-8, 1e-2, log=True)] = 1e-5,
) -> nn.Module:
    """Return a batch norm for ``[batch, features]`` (``dimensions`` 0) or ``[batch, features, h, w]`` (2).

    In training it uses the batch's own statistics, so a batch needs more than one value a feature; in evaluation the
    running ones. The batch is divided by its biased variance (over n), and the running variance takes in the unbiased
    one (over n - 1).

    Args:
        momentum: Share of the newest batch in the running statistics.
        eps: Added to the variance against division by 0.

    Raises: ``ValueError`` for other dimensions, a momentum outside 0 to 1, or an eps that is not above 0.
    Source: Ioffe and Szegedy 2015, arXiv:1502.03167.
    """
    if not eps > 0.0:
        raise ValueError(f"eps must be above 0, got {eps}")
    if not 0.0 <= momentum <= 1.0:
        raise ValueError(f"momentum must lie between 0 and 1, got {momentum}")
    if dimensions == 0:
        return nn.BatchNorm1d(features, eps=eps, momentum=momentum)
    if dimensions == 2:
        return nn.BatchNorm2d(features, eps=eps, momentum=momentum)
    raise ValueError(f"dimensions must be 0 (vectors) or 2 (pictures), got {dimensions}")


@hookimpl
def register_normalizations() -> Normalization:
    return Normalization(
        "batch_norm",
        batch_norm,
        title="Batch norm",
        summary="Over the batch; quick training, but not for very small batches",
        formula=r"\frac{x - \mu_\text{batch}}{\sqrt{\sigma^2_\text{batch} + \epsilon}}\,\gamma + \beta",
        reference="arXiv:1502.03167",
        when=(
            "In networks for pictures and tables with batches of 16 and more: it allows much higher learning rates. "
            "For smaller batches take group_norm or layer_norm."
        ),
        notes=(
            "Before the activation (the default) it is folded into the layer before it at export and costs nothing in "
            "the ONNX file. After the activation it stays a step of its own.",
            "A layer right before it needs no bias, and has none here.",
            "momentum is the share of the newest batch. Keras counts the other way round: its 0.99 is 0.01 here. Its "
            "epsilon is 0.001.",
        ),
    )
