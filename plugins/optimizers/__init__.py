"""Optimizers: ``factory(params, **hyper)`` returns a ``torch.optim.Optimizer``.

``params`` may be a generator, so a factory that looks at it makes it a list first. Fused kernels are used where torch
has them, and ``torch._foreach_*`` where a rule is written out. A step never waits for the device. Two files bring in
what other packages have, under names with a dot. Read first: ``adam.py``, then ``lion.py``.
"""
