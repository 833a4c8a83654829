"""Optimizers: ``factory(params, **hyper)`` returns a ``torch.optim.Optimizer``; all steps are those of ``torch.optim``.

``params`` may be a generator, so a factory that looks at it makes it a list first. Fused kernels are used where torch
has them. A step never waits for the device. Read first: ``adam.py``.
"""
