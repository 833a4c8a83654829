"""Looking twice: gradient descent that computes the loss once more after its step and takes back what made it worse."""

import torch

from desktop_app.api import Optimizer, hookimpl


class LookingTwice(torch.optim.Optimizer):
    calls = 0

    def __init__(self, params, lr: float = 0.05):
        super().__init__(params, {"lr": lr})

    def step(self, closure):
        before = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                self.state[weight]["taken"] = weight.grad.clone()
                with torch.no_grad():
                    weight.sub_(weight.grad, alpha=group["lr"])
        after = closure()
        type(self).calls += 2
        worse = (after > before).float()  # no ``if``: the device is not waited for
        for group in self.param_groups:
            for weight in group["params"]:
                with torch.no_grad():
                    weight.add_(self.state[weight]["taken"] * worse, alpha=group["lr"])
        return before


@hookimpl
def register_optimizers():
    return Optimizer("looking_twice", LookingTwice, summary="Takes back what made it worse", closure=True)
