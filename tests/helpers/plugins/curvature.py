"""Curvature: gradient descent scaled by one random look at the Hessian's diagonal (Hutchinson)."""

import torch

from desktop_app.api import Optimizer, hookimpl


class Curvature(torch.optim.Optimizer):
    def __init__(self, params, lr: float = 0.05):
        super().__init__(params, {"lr": lr})

    def step(self, closure=None):
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            gradients = [weight.grad for weight in weights]
            draws = [torch.randint_like(weight, 2) * 2 - 1 for weight in weights]
            products = torch.autograd.grad(gradients, weights, draws, allow_unused=True, materialize_grads=True)
            with torch.no_grad():
                for weight, gradient, draw, product in zip(weights, gradients, draws, products, strict=True):
                    weight.sub_(gradient / (1.0 + (draw * product).abs()), alpha=group["lr"])


@hookimpl
def register_optimizers():
    return Optimizer("curvature", Curvature, summary="Scaled by the curvature", create_graph=True)
