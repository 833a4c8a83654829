"""Group normalization: groups of features of one sample get mean 0 and variance 1."""

from typing import Annotated

from torch import nn

from desktop_app.api import Normalization, Range, hookimpl


def group_norm(
    features: int,
    dimensions: int,
    groups: Annotated[int, Range(1, 64)] = 8,
    eps: Annotated[float, Range(1e-8, 1e-2, log=True)] = 1e-5,
) -> nn.Module:
    """Return a group norm for ``[batch, features]`` (``dimensions`` 0) or ``[batch, features, h, w]`` (2).

    Args:
        groups: Wanted number of groups; the largest number not above it that divides the features is taken.
        eps: Added to the variance against division by 0.

    In vectors a group has at least two features: one alone would always become 0. In pictures of one pixel as many
    groups as features have nothing to normalise either; for a single such picture torch raises ``ValueError``.
    Raises: ``ValueError`` for other dimensions, fewer than one group, or an eps that is not above 0.
    Source: Wu and He 2018, arXiv:1803.08494.
    """
    if not eps > 0.0:
        raise ValueError(f"eps must be above 0, got {eps}")
    if dimensions not in (0, 2):
        raise ValueError(f"dimensions must be 0 (vectors) or 2 (pictures), got {dimensions}")
    if groups < 1:
        raise ValueError(f"groups must be at least 1, got {groups}")
    most = min(groups, features if dimensions else max(1, features // 2))
    fitting = next(count for count in range(most, 0, -1) if features % count == 0)
    return nn.GroupNorm(fitting, features, eps=eps)


@hookimpl
def register_normalizations() -> Normalization:
    return Normalization(
        "group_norm",
        group_norm,
        title="Group norm",
        summary="Over groups of channels of each sample; for pictures in small batches",
        formula=r"\frac{x - \mu_\text{group}}{\sqrt{\sigma^2_\text{group} + \epsilon}}\,\gamma + \beta",
        reference="arXiv:1803.08494",
        when="For pictures in batches of fewer than about 16, where batch norm's statistics are too noisy.",
        notes=(
            "One group is layer norm, as many groups as channels is instance norm.",
            "Where the number of channels cannot be divided by the groups, the next smaller number that divides it "
            "is taken. Keras refuses.",
        ),
    )
