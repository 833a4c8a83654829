"""The ranges of a graph's tensors, measured on samples by the calibrators of ``onnxruntime.quantization``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from desktop_app.engine.export.smaller.quiet_tools import load_tools, quiet_tools
from desktop_app.engine.export.smaller.training_draw import Feed

Ranges = Any
"""``onnxruntime.quantization.TensorsData``: a name, and the lowest and highest value."""

# Histograms take the whole of every tensor through NumPy; more samples than these change little and cost seconds each.
_MOST_FOR_HISTOGRAMS = 64
# The share of values, in percent, that a range has to hold.
_PERCENTILE = 99.99


class _Once:
    """Hands one batch to a calibrator, which wants a reader."""

    def __init__(self, feed: Feed) -> None:
        self._coming: Iterator[Feed] = iter((feed,))

    def get_next(self) -> Feed | None:
        """Return the batch, and nothing after it."""
        return next(self._coming, None)


def measure_ranges(
    model: Path,
    folder: Path,
    samples: Sequence[Feed],
    method: Literal["minmax", "percentile", "entropy"] = "minmax",
    operators: Sequence[str] | None = None,
) -> Ranges:
    """Run ``samples`` through ``model`` and return the ranges of what its ``operators`` take and give, by default all.

    ``minmax`` has every value in the range, ``percentile`` 99.99 % of them, ``entropy`` as many as keep most of the
    distribution's information (TensorRT's calibration). Works in ``folder``.
    """
    load_tools()
    from onnxruntime.quantization import CalibrationMethod, create_calibrator

    methods = {
        "minmax": (CalibrationMethod.MinMax, {}),
        "percentile": (CalibrationMethod.Percentile, {"percentile": _PERCENTILE, "symmetric": False}),
        "entropy": (CalibrationMethod.Entropy, {}),
    }
    kind, options = methods[method]
    with quiet_tools():
        calibrator = create_calibrator(
            model,
            operators,
            augmented_model_path=str(folder / "augmented.onnx"),
            calibrate_method=kind,
            extra_options=options,
        )
        taken = 0
        for feed in samples:
            if method != "minmax" and taken >= _MOST_FOR_HISTOGRAMS:
                break
            # Batch after batch, because a calibrator keeps what it was given until it is done with it.
            calibrator.collect_data(_Once(feed))
            taken += len(next(iter(feed.values())))
        return calibrator.compute_data()
