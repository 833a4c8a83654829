"""Says in half a sentence why torch's exporter refused a network; its own words are for people who mend exporters."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPERATOR = re.compile(r"torch\.ops\.(\w+)\.(\w+)|op='(\w+)[.:]+(\w+)'")
# Raised where a trace meets a branch, a loop or a size that depends on what a tensor holds.
_BY_VALUE = ("GuardOnDataDependentSymNode", "UserError", "Unsupported", "DataDependentOutputException")
_WORDS_BY_VALUE = ("data-dependent", "data dependent")


def why_refused(error: BaseException) -> str:
    """Return why, with what its author can change: the operator without a counterpart, or the choice made by a value.

    Anything else is told by the first line of the innermost error.
    """
    chain = list(_chain(error))
    for each in chain:
        if type(each).__name__ in _BY_VALUE and any(word in str(each).lower() for word in _WORDS_BY_VALUE):
            return (
                "its forward decides by the values in a tensor (an if, a loop or .item()), and a graph is the same for "
                "all values; use torch.where"
            )
    for each in chain:
        found = _OPERATOR.search(str(each))
        if found and ("translating node" in str(each) or "No ONNX function" in str(each)):
            family, operator = (name for name in found.groups() if name)
            return f"ONNX has no counterpart for torch's operator {family}.{operator}; use others in its place"
    lines = [line.strip() for line in str(chain[-1]).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(chain[-1]).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what caused it, outermost first."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__
