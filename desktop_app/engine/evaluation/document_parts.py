"""What the report is put together from: tables, pictures and the page around them. Every text is escaped here."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from desktop_app.engine.validation_samples import ValidationSamples
from desktop_app.errors import DataError
from desktop_app.reading.pictures import read_picture

_SIDE = 160
_MOST_CLASSES = 40
# Right answers and mistakes: blue and orange, which colour-blind people can tell apart.
_RIGHT, _WRONG = "63, 86, 199", "179, 64, 10"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>@title@</title><style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1f27; background: #fff; max-width: 1000px; margin: 32px auto;
  padding: 0 24px; font-variant-numeric: tabular-nums; }
h1 { font-size: 26px; margin: 0 0 4px; overflow-wrap: anywhere } h2 { font-size: 18px; margin: 32px 0 8px }
.lead { font-size: 18px; margin: 0 0 12px } .remark { color: #946200; margin: 4px 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 24px; margin: 8px 0 } dt { color: #5c6675 }
dd { margin: 0; overflow-wrap: anywhere } table { border-collapse: collapse; margin: 8px 0 }
th, td { padding: 3px 10px; text-align: right; border-bottom: 1px solid #dde1e7 }
th { color: #5c6675; font-weight: 600 } th:first-child, td:first-child { text-align: left }
.confusion td { min-width: 34px; text-align: center; border: 1px solid #fff; color: inherit }
.confusion th { max-width: 160px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border: none }
.charts { display: flex; flex-wrap: wrap; gap: 16px } svg { max-width: 100%; height: auto }
.pictures { display: flex; flex-wrap: wrap; gap: 12px } figure { margin: 0; width: 160px; break-inside: avoid }
figure img { max-width: 160px; max-height: 160px; min-height: 64px; image-rendering: auto; background: #eceef2 }
figcaption { font-size: 12px; overflow-wrap: anywhere } .name { color: #5c6675 }
pre { background: #f4f5f7; padding: 12px; border-radius: 6px; overflow-x: auto; font-size: 12px; white-space: pre-wrap }
@media print { body { margin: 0; max-width: none; font-size: 11pt } h2 { break-after: avoid }
  .confusion td, figure img { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
</style></head><body>
@body@
</body></html>
"""


def percent(share: float | None) -> str:
    """Return a share as ``94.2 %``."""
    return "–" if share is None or not math.isfinite(share) else f"{share * 100:.1f} %"


def number(value: float | None) -> str:
    """Return a number with four digits."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.4g}"


def definitions(pairs: Sequence[tuple[str, str]]) -> str:
    """Return terms and what they are."""
    return "<dl>" + "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in pairs) + "</dl>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of texts."""
    heading = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in line) + "</tr>" for line in rows)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def confusion_table(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> str:
    """Return the matrix, cells as dark as their share of the row; of very many classes, a list of what was confused."""
    counted = np.asarray(confusion, dtype=np.int64)
    if len(classes) > _MOST_CLASSES:
        off = counted.copy()
        np.fill_diagonal(off, 0)
        places = [divmod(int(place), len(classes)) for place in np.argsort(-off, axis=None, kind="stable")[:50]]
        rows = [[classes[i], classes[j], f"{off[i, j]:,}"] for i, j in places if off[i, j]]
        return table(["True class", "Taken for", "Samples"], rows)
    heading = "".join(f'<th title="{escape(name)}">{escape(name)}</th>' for name in classes)
    body = []
    for place, (name, line) in enumerate(zip(classes, counted, strict=True)):
        cells = []
        for at, value in enumerate(line):
            share = value / max(line.sum(), 1)
            colour = "#fff" if share > 0.5 else "#1a1f27"
            shade = f"rgba({_RIGHT if at == place else _WRONG}, {share:.2f})"
            cells.append(f'<td style="background: {shade}; color: {colour}">{value or ""}</td>')
        body.append(f'<tr><th title="{escape(name)}">{escape(name)}</th>{"".join(cells)}</tr>')
    return f'<table class="confusion"><thead><tr><th></th>{heading}</tr></thead><tbody>{"".join(body)}</tbody></table>'


def picture(samples: ValidationSamples, place: int) -> str:
    """Return a sample's picture inside an ``img``; nothing for a row of a table."""
    item = samples.items[place]
    if isinstance(item, str | Path):
        try:
            image = read_picture(Path(item))
        except (DataError, OSError):
            return "<em>unreadable</em>"
    elif isinstance(item, np.ndarray) and item.ndim == 3:
        image = Image.fromarray(item if item.shape[2] == 3 else np.repeat(item, 3, axis=2))
    else:
        return ""
    image.thumbnail((2 * _SIDE, 2 * _SIDE))
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=85)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<img alt="" src="data:image/jpeg;base64,{encoded}">'
