"""Numbers in words that people read: counts, shares, sizes, times, each with its unit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def count(number: int, singular: str = "", plural: str = "") -> str:
    """Return ``1,240`` or ``1,240 pictures``; the plural is the singular and an s where none is given."""
    if not singular:
        return f"{number:,}"
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def about(number: int) -> str:
    """Return a number in few letters, so that it is never cut off: ``288,746``, from a million on ``3.74 M``."""
    if number < 1_000_000:
        return f"{number:,}"
    value, unit = (number / 1e6, "M") if number < 1e9 else (number / 1e9, "B")
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f} {unit}"


def share(fraction: float | None) -> str:
    """Return a fraction as ``94.2 %``, or a dash where there is none."""
    return "–" if fraction is None or not math.isfinite(fraction) else f"{fraction * 100:.1f} %"


def size(size_bytes: float, apart_bytes: float = math.inf) -> str:
    """Return bytes as ``1.2 GB`` (powers of 1000), in more digits where sizes ``apart_bytes`` apart need them."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(size_bytes) < 999.5:
            usual = 0 if unit in ("B", "kB") or size_bytes >= 100 else 1
            return f"{size_bytes:.{max(usual, _decimals(apart_bytes))}f} {unit}"
        size_bytes, apart_bytes = size_bytes / 1000, apart_bytes / 1000
    return f"{size_bytes:.{max(1, _decimals(apart_bytes))}f} TB"


def _decimals(apart: float) -> int:
    """Return how many digits behind the point numbers need that are ``apart``."""
    return 0 if apart >= 1 else math.ceil(-math.log10(apart) - 1e-9)


def duration(seconds: float | None) -> str:
    """Return ``0:42``, ``12:05`` or ``1:02:30``, or a dash where it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def figure(value: float | None) -> str:
    """Return a number with four significant digits, or a dash where there is none."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return str(value)
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:.4g}"


def short(value: Any) -> str:
    """Return a hyper-parameter as people write it: ``1e-3``, ``0.9``, ``128, 128``, ``on``."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        if value and (abs(value) < 0.01 or abs(value) >= 1e5):
            mantissa, exponent = f"{value:.6e}".split("e")
            return f"{float(mantissa):g}e{int(exponent)}"
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        return ", ".join(short(item) for item in value)
    return "" if value is None else str(value)


def chosen_plugin(value: Any) -> str:
    """Return a plugin choice of an experiment in one line: ``adam, lr 1e-2``."""
    if not isinstance(value, Mapping):
        return str(value)
    hyper = [f"{name} {short(setting)}" for name, setting in value.items() if name != "name"]
    return ", ".join([str(value.get("name", "")), *hyper])


def words(name: str) -> str:
    """Return a key as a label: ``batch_size`` as ``Batch size``."""
    known = {
        "lr": "Learning rate",
        "test": "Test share",
        "validation": "Validation share",
        "head": "Head widths",
        "clip_gradient": "Gradient clipping",
        "unfreeze_last": "Layers to unfreeze",
        "early_stopping": "Early stopping patience",
        "uri": "Address",
        "adamw_lr": "AdamW's rate",
        "adamw_beta1": "AdamW's beta1",
        "adamw_beta2": "AdamW's beta2",
        "match_rms_adamw": "As AdamW",
        "betas": "Betas",
        "eps": "Epsilon",
    }
    return known.get(name, name.replace("_", " ").strip().capitalize())
