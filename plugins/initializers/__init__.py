"""Initializers: ``function(weight, **hyper)`` fills a weight tensor in place, drawing from torch's own generator.

Biases are none of their business: networks set them to 0. ``fan_in_and_out`` and ``fill_random`` of the API do the
arithmetic. Read first: ``he.py``.
"""
