"""What a person may ask of an exported file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ExportOptions:
    """What goes into the graph and what comes out.

    Args:
        any_size: Pictures of any size go in; resizing and cropping lie inside (probabilities within 1e-2).
        logits: The output is ``logits``, what softmax is taken of, instead of ``probabilities``.
        layout: The order of a picture's axes, ``nhwc`` or ``nchw``.
        pixels: ``uint8``, or ``float32`` from 0 to 1.
        calibrate: Fit a temperature and a not-sure threshold on the validation samples.
    """

    any_size: bool = False
    logits: bool = False
    layout: Literal["nhwc", "nchw"] = "nhwc"
    pixels: Literal["uint8", "float32"] = "uint8"
    calibrate: bool = True
