"""SAM: looks for flat minima, by stepping with the gradient at the worst point nearby."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl

# Against a division by 0 where all gradients are 0; the official code has the same.
_TINY = 1e-12


class SharpnessAware(torch.optim.Optimizer):
    """Put before one of torch's optimizers, whose step then takes the gradient at ``w + e``.

    ``e`` is ``rho * g / |g|``, the norm being that of all gradients together; where ``adaptive``, each weight's share
    is scaled by its own size: ``rho * w^2 g / |w g|``. Foret et al. 2021, arXiv:2010.01412, equations 2 and 3; Kwon et
    al. 2021, arXiv:2102.11600, for the adaptive form.
    """

    def look_around(self, rho: float, adaptive: bool) -> None:
        """Write into every group how far to look, where it has not said so itself."""
        self.defaults.update(rho=rho, adaptive=adaptive)
        for group in self.param_groups:
            group.setdefault("rho", rho)
            group.setdefault("adaptive", adaptive)

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Take one step and return the loss before it; ``closure`` is called twice."""
        with torch.enable_grad():
            loss = closure()
        weights = [weight for group in self.param_groups for weight in group["params"] if weight.grad is not None]
        kept = [weight.detach().clone() for weight in weights]
        self._climb()
        try:
            with torch.enable_grad():
                closure()
        finally:  # also where the loss at the worst point is refused: nothing has been learned from it
            with torch.no_grad():
                # The kept bits: subtracting the way again would change some.
                for weight, before in zip(weights, kept, strict=True):
                    weight.copy_(before)
        super().step()  # type: ignore[call-arg]
        return loss

    @torch.no_grad()
    def _climb(self) -> None:
        """Move the weights to the worst point nearby, to first order."""
        ways: list[tuple[list[Tensor], list[Tensor], float]] = []
        sizes: list[Tensor] = []
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            if not weights:
                continue
            way = [weight.grad for weight in weights]
            if group["adaptive"]:
                way = list(torch._foreach_mul(way, weights))
            sizes += torch._foreach_norm(way)
            if group["adaptive"]:
                way = list(torch._foreach_mul(way, weights))
            ways.append((weights, way, group["rho"]))
        if not sizes:
            return
        length = torch.linalg.vector_norm(torch.stack([size.to(sizes[0].device) for size in sizes])) + _TINY
        for weights, way, rho in ways:
            torch._foreach_add_(weights, torch._foreach_mul(way, (rho / length).to(way[0])))


class SamSGD(SharpnessAware, torch.optim.SGD):  # type: ignore[misc]  # its step needs the closure
    """SAM around SGD."""


class SamAdamW(SharpnessAware, torch.optim.AdamW):  # type: ignore[misc]
    """SAM around AdamW."""


def sam(
    params: ParamsT,
    lr: Annotated[float, Range(1e-6, 1.0, log=True)] = 0.001,
    base: Literal["adamw", "sgd"] = "adamw",
    rho: Annotated[float, Range(0.001, 2.0, log=True)] = 0.05,
    adaptive: bool = False,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.9,
    beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
    weight_decay: Annotated[float, Range(0.0, 0.1)] = 0.0,
) -> torch.optim.Optimizer:
    """Return one of torch's optimizers that steps with the gradient at the worst point nearby.

    Args:
        lr: Learning rate of the base; SGD wants about 50 times as much as AdamW.
        base: The rule that takes the step.
        rho: How far away the worst point is looked for, as a distance of all weights together.
        adaptive: Look further where weights are large (ASAM), which makes rho independent of their scale; it then
            wants to be about 10 times as large.
        momentum: Share of the running mean of gradients that is kept at each step: SGD's momentum, AdamW's first beta.
        beta2: Share of the running mean of squared gradients kept at each step; AdamW only.
        weight_decay: AdamW shrinks the weights by the learning rate times this; SGD adds this times the weight to the
            gradient.

    Raises: ``ValueError`` if ``rho`` is not above 0, or as the base does.
    """
    if not rho > 0.0:
        raise ValueError(f"rho must be above 0, got {rho}; use {base} itself for none")
    params = list(params)  # type: ignore[assignment]
    fused = fused_kernels(params)
    optimizer: SamSGD | SamAdamW
    if base == "sgd":
        optimizer = SamSGD(params, lr=lr, momentum=momentum, weight_decay=weight_decay, fused=fused)
    else:
        optimizer = SamAdamW(params, lr=lr, betas=(momentum, beta2), weight_decay=weight_decay, fused=fused)
    optimizer.look_around(rho, adaptive)
    return optimizer


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "sam",
        sam,
        title="SAM",
        summary="Looks for flat minima, which generalise better; two passes a step",
        formula=r"w \leftarrow \text{step}\left(w,\ \nabla L\left(w + \rho\,\tfrac{g}{\lVert g \rVert}\right)\right)",
        reference="arXiv:2010.01412",
        when="Where the network fits its training data and validates clearly worse: small sets, long trainings.",
        notes=(
            "Each step computes the loss and the gradients twice: an epoch takes about twice as long.",
            "Batch norm's running statistics are updated in both passes, the second time at the perturbed weights; "
            "dropout draws another mask in each.",
            "The clipping of gradients applies in both passes. float16 is refused: its scaled losses know one.",
        ),
        closure=True,
        gives_way=True,
    )
