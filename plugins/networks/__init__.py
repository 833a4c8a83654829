"""Networks: ``factory(input_shape, outputs, parts, **hyper)`` returns a module from normalised inputs to logits.

``parts`` makes the activation, normalization and initialisation that the experiment picked. Read first: ``mlp.py``.
"""
