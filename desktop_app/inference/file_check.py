"""Looks through an ONNX file before ONNX Runtime acts on it: a file from a stranger is data, and may be made to harm.

Refused are numbers that are announced but not there, files outside the model's folder, notes of many megabytes,
functions that multiply when they are written out, and nodes that make up gigabytes or repeat themselves without end.
What a graph computes cannot be told from its bytes alone: the arena of ``sessions.py`` bounds the memory of all else.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.errors import ModelError
from desktop_app.inference.onnx_wire import VARINT, Field, Wire, WireError
from desktop_app.inference.tensor_check import MOST_ELEMENTS, Tensor, check_sparse, check_tensor

_MOST_NOTES_BYTES = 16 * 2**20
"""The labels of 21,000 classes take one megabyte."""
_MOST_NODES = 200_000
_MOST_TURNS = 1_000_000
_DEEPEST = 50
"""Graphs within graphs; protobuf itself ends at 100 messages, of which a graph takes three."""

_COMPILED = "EPContext"
"""A program for an accelerator, in the file or in one that it names, which runs as it is."""

_Call = tuple[str, str]
"""A domain and an operator, as nodes name functions."""


@dataclass(frozen=True)
class FileFacts:
    """What a file says without being opened.

    ``props`` are its ``metadata_props``; ``producers`` names, for each of the graph's outputs, the operator that it
    comes from.
    """

    props: Mapping[str, str]
    producers: Mapping[str, str]


@dataclass
class _Graph:
    """What a graph or a function holds, with all graphs within it."""

    calls: dict[_Call, int] = field(default_factory=dict)
    nodes: int = 0
    made: dict[str, str] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)


def check_file(path: Path) -> FileFacts:
    """Return what the file in ``path`` says of itself.

    Raises: ``ModelError`` for a file that is missing, empty or cannot be read, is no ONNX model, or is refused for a
        reason above.
    """
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist"
            raise ModelError(f'The model "{path}" {what}; give the path of an exported .onnx file.')
        if path.stat().st_size == 0:
            raise ModelError(f'The model "{path}" is empty (0 bytes); export it again.')
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Check(Wire(data), path.resolve().parent).model()
    except OSError as error:
        raise ModelError(f'The model "{path}" cannot be read: {error.strerror or error}.') from error
    except WireError as error:
        if "is not an ONNX model" in str(error):
            raise ModelError(f'The file "{path}" {error}; export it again.') from error
        raise ModelError(f'The model "{path}" {error}; it is damaged or made to do harm and was not opened.') from error


class _Check:
    def __init__(self, wire: Wire, folder: Path) -> None:
        self._wire = wire
        self._folder = folder
        self._constants: dict[str, Tensor] = {}
        self._growing: list[tuple[str, list[str]]] = []

    def model(self) -> FileFacts:
        graphs: list[_Graph] = []
        functions: dict[_Call, _Graph] = {}
        props: dict[str, str] = {}
        notes = 0
        for part in self._wire.fields(self._wire.whole()):
            if part.number == 7:
                graphs.append(self._graph(part, 0))
            elif part.number == 14:
                notes += part.end - part.start
                if notes > _MOST_NOTES_BYTES:
                    raise WireError(f"carries more than {_MOST_NOTES_BYTES // 2**20} MB of notes")
                key, value = self._entry(part)
                props[key] = value
            elif part.number == 25:
                name, function = self._function(part)
                functions[name] = function
        if len(graphs) != 1:
            raise WireError("is not an ONNX model, or was cut short")
        (graph,) = graphs
        self._check_growing()
        _check_written_out(graph, functions)
        return FileFacts(props, {name: graph.made[name] for name in graph.outputs if name in graph.made})

    def _graph(self, message: Field, depth: int, into: _Graph | None = None) -> _Graph:
        if depth > _DEEPEST:
            raise WireError(f"holds more than {_DEEPEST} graphs within each other")
        graph = into or _Graph()
        for part in self._wire.fields(message):
            if part.number == 1:
                self._node(part, graph, depth)
            elif part.number == 5:
                self._keep(check_tensor(self._wire, part, self._folder))
            elif part.number == 15:
                check_sparse(self._wire, part, self._folder)
            elif part.number == 12 and depth == 0:
                graph.outputs += [self._wire.text(each) for each in self._wire.fields(part) if each.number == 1]
        return graph

    def _function(self, message: Field) -> tuple[_Call, _Graph]:
        name = domain = ""
        function = _Graph()
        for part in self._wire.fields(message):
            if part.number == 1:
                name = self._wire.text(part)
            elif part.number == 10:
                domain = self._wire.text(part)
            elif part.number == 7:
                self._node(part, function, 1)
        return (domain, name), function

    def _node(self, message: Field, graph: _Graph, depth: int) -> None:
        operator = domain = ""
        inputs: list[str] = []
        outputs: list[str] = []
        for part in self._wire.fields(message):
            if part.number == 1:
                inputs.append(self._wire.text(part))
            elif part.number == 2:
                outputs.append(self._wire.text(part))
            elif part.number == 4:
                operator = self._wire.text(part)
            elif part.number == 7:
                domain = self._wire.text(part)
            elif part.number == 5:
                self._attribute(part, graph, depth, outputs)
        if operator == _COMPILED:
            raise WireError(f"holds a part that is compiled for one kind of processor ({_COMPILED})")
        graph.nodes += 1
        if graph.nodes > _MOST_NODES:
            raise WireError(f"has more than {_MOST_NODES:,} nodes")
        graph.calls[domain, operator] = graph.calls.get((domain, operator), 0) + 1
        if depth == 0:
            graph.made |= dict.fromkeys(outputs, operator)
        if operator in _SHAPED_BY:
            self._growing.append((operator, inputs))

    def _attribute(self, message: Field, graph: _Graph, depth: int, outputs: list[str]) -> None:
        for part in self._wire.fields(message):
            if part.number in (5, 10):
                tensor = check_tensor(self._wire, part, self._folder)
                if part.number == 5 and outputs:  # the value of a Constant
                    self._keep(tensor, outputs[0])
            elif part.number in (6, 11):
                self._graph(part, depth + 1, graph)
            elif part.number in (22, 23):
                check_sparse(self._wire, part, self._folder)

    def _keep(self, tensor: Tensor, name: str = "") -> None:
        if tensor.values:
            self._constants[name or tensor.name] = tensor

    def _check_growing(self) -> None:
        for operator, inputs in self._growing:
            place = _SHAPED_BY[operator]
            given = inputs[place] if place < len(inputs) else ""
            constant = self._constants.get(given)
            if operator == "Loop":
                if not given or (constant is not None and max(constant.values) > _MOST_TURNS):
                    raise WireError(f"repeats a part of itself without an end, or more than {_MOST_TURNS:,} times")
            elif constant is not None and math.prod(map(abs, constant.values)) > MOST_ELEMENTS:
                shape = " x ".join(str(side) for side in constant.values)
                raise WireError(f"makes up a tensor of {shape} numbers ({operator})")

    def _entry(self, message: Field) -> tuple[str, str]:
        found = {part.number: self._wire.text(part) for part in self._wire.fields(message) if part.kind != VARINT}
        return found.get(1, ""), found.get(2, "")


# Operators whose work is set by a number in an input, and which input that is.
_SHAPED_BY = {"ConstantOfShape": 0, "Expand": 1, "Tile": 1, "Loop": 0}


def _check_written_out(graph: _Graph, functions: Mapping[_Call, _Graph]) -> None:
    """Count the nodes after all functions are written out in place of their calls, as ONNX Runtime does.

    Thirty functions that call each other twice are a billion nodes.
    Raises: ``WireError`` for too many and for a circle.
    """
    sizes: dict[_Call, int] = {}
    waiting: list[tuple[_Call, bool]] = [(call, False) for call in graph.calls if call in functions]
    open_calls: set[_Call] = set()
    while waiting:
        call, is_done = waiting.pop()
        if call in sizes:
            continue
        function = functions[call]
        inner = [each for each in function.calls if each in functions]
        if is_done:
            open_calls.discard(call)
            sizes[call] = function.nodes + sum(sizes[each] * function.calls[each] for each in inner)
            continue
        if call in open_calls or call in inner:
            raise WireError(f'holds the function "{call[1][:80]}", which calls itself')
        open_calls.add(call)
        waiting.append((call, True))
        for each in inner:
            if each in open_calls:
                raise WireError(f'holds the function "{each[1][:80]}", which calls itself')
            waiting.append((each, False))
    total = graph.nodes + sum(sizes[call] * times for call, times in graph.calls.items() if call in sizes)
    if total > _MOST_NODES:
        raise WireError(f"has more than {_MOST_NODES:,} nodes once its functions are written out")
