"""Broken: its hand-written backward pass forgets a factor of 2."""

import torch

from desktop_app.api import Activation, hookimpl


class Square(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x * x.abs()

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        return gradient * x.abs()


class Module(torch.nn.Module):
    def forward(self, x):
        return Square.apply(x)


@hookimpl
def register_activations():
    return Activation("wrong_gradient", Module)
