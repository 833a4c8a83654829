"""Line charts as SVG, for pages without scripts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 32, 44
_TICKS = 5
_SAME = 1e-9
_POINTS = 600
# Okabe and Ito's palette (jfly.uni-koeln.de/color), which colour-blind people can tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8F8500")


@dataclass(frozen=True)
class Line:
    """A curve, or with ``joined`` off a cloud of points; what is no number is left out."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    dashed: bool = False
    dots: bool = False
    joined: bool = True


def chart(title: str, bottom: str, left: str, lines: Sequence[Line], unit: bool = False) -> str:
    """Return an ``svg`` with axes, lines and a legend; with ``unit`` both axes go from 0 to 1."""
    points = [_finite(line) for line in lines]
    x_low, x_high = (0.0, 1.0) if unit else _range([x for each in points for x, _ in each])
    y_low, y_high = (0.0, 1.0) if unit else _range([y for each in points for _, y in each])

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - x_low) / (x_high - x_low) * (_WIDTH - _LEFT - _RIGHT)
        up = (y - y_low) / (y_high - y_low) * (_HEIGHT - _TOP - _BOTTOM)
        return _LEFT + across, _HEIGHT - _BOTTOM - up

    parts = [_axes(title, bottom, left, (x_low, x_high), (y_low, y_high))]
    for place, (line, each) in enumerate(zip(lines, points, strict=True)):
        colour = _COLOURS[place % len(_COLOURS)]
        if line.joined and each:
            path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in each)
            dash = ' stroke-dasharray="6 4"' if line.dashed else ""
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
        if line.dots:
            radius = 3 if line.joined else 2
            marks = [at(x, y) for x, y in each]
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>' for x, y in marks]
    names = _legend(lines)
    tall = _HEIGHT + 16 * len(lines)
    return (
        f'<svg width="{_WIDTH}" height="{tall}" viewBox="0 0 {_WIDTH} {tall}" role="img" '
        'font-family="system-ui, sans-serif" font-size="11">'
        f"<title>{escape(title)}</title>{''.join(parts)}{names}</svg>"
    )


def _finite(line: Line) -> list[tuple[float, float]]:
    stride = max(1, -(-len(line.x) // _POINTS))
    pairs = list(zip(line.x, line.y, strict=True))
    thinned = [*pairs[::stride], *pairs[-1:]] if stride > 1 else pairs
    return [(float(x), float(y)) for x, y in thinned if math.isfinite(x) and math.isfinite(y)]


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Return bounds around ``values`` that five equal steps of a round size lead through."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    magnitude = max(abs(low), abs(high))
    # Values that differ in their last digits alone are as good as one: steps between them would be lost in rounding.
    wide = high - low if high - low > _SAME * magnitude else magnitude or 1.0
    power = 10.0 ** math.floor(math.log10(wide / _TICKS))
    for step in (power * factor for factor in (1, 2, 2.5, 5, 10, 20)):
        first = math.floor(low / step) * step
        if first + _TICKS * step >= high:
            return first, first + _TICKS * step
    return low, low + wide


def _axes(title: str, bottom: str, left: str, x: tuple[float, float], y: tuple[float, float]) -> str:
    parts = [f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600" fill="#1a1f27">{escape(title)}</text>']
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        up = _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
        across = _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
        parts += [
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{up:.1f}" y2="{up:.1f}" stroke="#dde1e7"/>',
            f'<text x="{_LEFT - 6}" y="{up + 4:.1f}" text-anchor="end" fill="#5c6675">{_tick(y, share)}</text>',
            f'<text x="{across:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle" fill="#5c6675">'
            f"{_tick(x, share)}</text>",
        ]
    middle, height = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    parts += [
        f'<text x="{middle}" y="{_HEIGHT - 10}" text-anchor="middle" fill="#5c6675">{escape(bottom)}</text>',
        f'<text transform="translate(14 {height}) rotate(-90)" text-anchor="middle" fill="#5c6675">'
        f"{escape(left)}</text>",
    ]
    return "".join(parts)


def _tick(bounds: tuple[float, float], share: float) -> str:
    low, high = bounds
    return f"{low + share * (high - low):.3g}"


def _legend(lines: Sequence[Line]) -> str:
    parts = []
    for place, line in enumerate(lines):
        up = _HEIGHT + 16 * place + 4
        colour = _COLOURS[place % len(_COLOURS)]
        dash = ' stroke-dasharray="6 4"' if line.dashed else ""
        parts.append(
            f'<line x1="{_LEFT}" x2="{_LEFT + 24}" y1="{up}" y2="{up}" stroke="{colour}" stroke-width="2"{dash}/>'
            f'<text x="{_LEFT + 32}" y="{up + 4}" fill="#1a1f27">{escape(line.name)}</text>'
        )
    return "".join(parts)
