"""Hardswish: SiLU made of straight lines, cheap on phones."""

from torch import nn

from desktop_app.api import Activation, hookimpl


def hardswish() -> nn.Module:
    """Return ``x * min(max(0, x + 3), 6) / 6`` for every element: 0 below -3, ``x`` above 3."""
    return nn.Hardswish()


@hookimpl
def register_activations() -> Activation:
    return Activation(
        "hardswish",
        hardswish,
        title="Hardswish",
        summary="SiLU without an exponential, for small devices",
        formula=r"x\,\frac{\min(\max(0, x + 3), 6)}{6}",
        reference="arXiv:1905.02244",
        when="For networks that are to run quickly on a phone or in INT8, and with MobileNetV3's weights.",
        notes=(
            "Its slope is exactly 0 below -3, so that units can die there, if less easily than with ReLU.",
            "Keras has it as hard_silu and hard_swish.",
        ),
        gives_way=True,
    )
