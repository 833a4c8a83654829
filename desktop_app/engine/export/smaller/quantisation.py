"""INT8: weights and activations in eight bits, with ranges measured on training samples.

Static quantisation with Q/DQ pairs by ``onnxruntime.quantization``: activations uint8, weights int8, symmetric, a scale
a channel. Matrix products of two activations, normalisations, pre-processing and softmax stay in float32.

Processors without VNNI instructions add pairs of products up in 16 bits, which overflow where weights use all eight
bits (ONNX Runtime's documentation, "Quantize ONNX models"); with seven they cannot. Both are tried, on the machine that
exports. On EfficientNet-Lite0, fine-tuned on photographs, seven bits diverge 16 times as far as eight where nothing
overflows; what would overflow elsewhere is worth 0.1 to 4 % of a layer's signal, by an emulation.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray

from desktop_app.engine.export.smaller.float_nodes import keep_answers, keep_layers
from desktop_app.engine.export.smaller.network_part import layers_of, name_nodes, outside_network
from desktop_app.engine.export.smaller.quiet_tools import load_tools, quiet_tools
from desktop_app.engine.export.smaller.ranges import Ranges, measure_ranges
from desktop_app.engine.export.smaller.training_draw import TrainingDraw, feeds
from desktop_app.engine.export.smaller.variant_file import write_variant
from desktop_app.engine.export.smaller.worst_layers import worst_layers
from desktop_app.errors import ExportError

# What has weights, and what only moves or picks values, which it does in eight bits as well as in 32.
_QUANTISED = (
    *("Conv", "ConvTranspose", "Gemm", "MatMul"),
    *("Relu", "Clip", "MaxPool", "AveragePool", "GlobalAveragePool"),
    *("Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze"),
)
_METHODS: tuple[Literal["minmax", "percentile", "entropy"], ...] = ("minmax", "percentile", "entropy")
# Where the quickest method's answers diverge by less, in nats or as a share of the variance, no other one is tried:
# histograms take ten times as long, and on EfficientNet-Lite0 all methods came out the same.
_ALIKE = 0.003
# Shares of the layers that are left in float32 where eight bits for all of them cost too much.
_LEFT_OUT = (0.1, 0.3)


@dataclass(frozen=True)
class _Tried:
    """A way of quantising with what it does to training samples: the share of the same labels, and the divergence."""

    method: str
    seven_bits: bool
    same: float
    divergence: float


def quantise(
    float32: Path, out: Path, draw: TrainingDraw, report: Callable[[float], None] = lambda share: None
) -> Generator[str, None, None]:
    """Write ``float32`` with eight bits to ``out``, again and again, each time losing less than the time before.

    Yields after each writing a remark for whoever uses the file, or an empty text. Close it when the file is good
    enough; it ends when there is nothing left to try. ``report`` is called with the share done until the first yield.
    Raises: ``ExportError`` for a network without a layer to quantise or with one that cannot be.
    """
    with tempfile.TemporaryDirectory(prefix="downslope-int8-") as folder:
        quantiser = _Quantiser(float32, Path(folder), draw)
        best = quantiser.try_all(report)
        yield quantiser.write(best, out)
        for share in _LEFT_OUT:
            left_out = quantiser.worst(best, share)
            if left_out:
                yield quantiser.write(best, out, left_out)


class _Quantiser:
    """One float32 model, prepared, with the ranges of its tensors; its files lie in ``folder``."""

    def __init__(self, float32: Path, folder: Path, draw: TrainingDraw) -> None:
        self._model = onnx.load(float32)
        self._folder = folder
        self._draw = draw
        self._prepared = folder / "prepared.onnx"
        self._prepare(float32)
        self._graph = onnx.load(self._prepared)
        self._layers = layers_of(self._graph)
        if not self._layers:
            raise ExportError("The network has no convolution or linear layer that could be quantised.")
        self._outside = sorted(outside_network(self._graph))
        self._ranges: dict[str, Ranges] = {}

    def _prepare(self, float32: Path) -> None:
        """Fuse and infer types, which the quantiser goes by, and give all nodes names and all biases one axis."""
        load_tools()
        from onnxruntime.quantization import quant_pre_process

        with quiet_tools(), _tools_errors():
            # Symbolic shapes would need more, and fail for more networks; the types are enough.
            quant_pre_process(str(float32), str(self._prepared), skip_symbolic_shape=True)
        graph = onnx.load(self._prepared)
        name_nodes(graph)
        _flatten_biases(graph)
        onnx.save_model(graph, self._prepared)

    def try_all(self, report: Callable[[float], None]) -> _Tried:
        """Return the best way of quantising, judged on training samples that no range was measured on."""
        tried: list[_Tried] = []
        expected = self._answers(self._model.SerializeToString())
        samples = list(feeds(self._model, self._draw.measured))
        for place, method in enumerate(_METHODS):
            begun, part = place / len(_METHODS), 1 / len(_METHODS)
            self._ranges[method] = measure_ranges(self._prepared, self._folder, samples, method, _QUANTISED)
            report(begun + 0.8 * part)
            for seven_bits in (True, False):
                model = self._quantised(method, seven_bits, ())
                same, divergence = agreement(expected, self._answers(model.SerializeToString()), self._output)
                tried.append(_Tried(method, seven_bits, same, divergence))
            report(begun + part)
            if any(each.same == 1.0 and each.divergence < _ALIKE for each in tried):
                break
        report(1.0)
        return min(tried, key=lambda each: (-each.same, each.divergence))

    def write(self, way: _Tried, out: Path, left_out: tuple[str, ...] = ()) -> str:
        """Write the model quantised in one way, and return the remark that goes with it."""
        model = self._quantised(way.method, way.seven_bits, left_out)
        write_variant(model, self._model, "int8", out)
        remarks = []
        if left_out:
            stay = "stays" if len(left_out) == 1 else "stay"
            remarks.append(
                f"{len(left_out)} of {len(self._layers)} layers {stay} in float32: eight bits cost too much there."
            )
        if not way.seven_bits:
            remarks.append("A processor without VNNI instructions may round more: verify the file where it is to run.")
        return " ".join(remarks)

    def worst(self, way: _Tried, share: float) -> tuple[str, ...]:
        """Return the names of that ``share`` of the layers that eight bits cost most, and of at least one."""
        quantised = self._folder / "quantised.onnx"
        onnx.save_model(self._quantised(way.method, way.seven_bits, ()), quantised)
        count = min(max(1, round(share * len(self._layers))), len(self._layers) - 1)
        samples = list(feeds(self._model, self._draw.measured[:4]))
        with quiet_tools(), _tools_errors():
            return worst_layers(self._prepared, quantised, self._folder, samples, self._layers)[:count]

    def _quantised(self, method: str, seven_bits: bool, left_out: tuple[str, ...]) -> onnx.ModelProto:
        load_tools()
        from onnxruntime.quantization import QDQQuantizer, QuantType

        graph = onnx.ModelProto()
        graph.CopyFrom(self._graph)
        with quiet_tools(), _tools_errors():
            quantiser = QDQQuantizer(
                graph,
                True,  # a scale a channel
                seven_bits,
                QuantType.QInt8,
                QuantType.QUInt8,
                self._ranges[method],
                [],
                [*self._outside, *left_out],
                list(_QUANTISED),
                {"MatMulConstBOnly": True},
            )
            quantised: onnx.ModelProto = quantiser.quantize_model()
            quantiser.model.topological_sort()
        keep_answers(quantised, self._outside)
        keep_layers(quantised, left_out)
        return quantised

    @property
    def _output(self) -> str:
        return str(self._model.graph.output[0].name)

    def _answers(self, model: bytes) -> NDArray[np.float32]:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        with _tools_errors():
            session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            found = [session.run(None, feed)[0] for feed in feeds(self._model, self._draw.tried)]
        return np.concatenate(found)


def agreement(expected: NDArray[Any], given: NDArray[Any], output: str) -> tuple[float, float]:
    """Return the share of samples with the same label, and how far the answers diverge.

    ``output`` is what the graph gives: ``probabilities`` and ``logits`` diverge by the mean Kullback-Leibler divergence
    in nats; of a ``prediction`` it is the mean squared difference as a share of the answers' variance, and every label
    counts as the same.
    """
    if not np.isfinite(given).all():
        return 0.0, float("inf")
    if output == "prediction":
        wide = expected.astype(np.float64)
        return 1.0, float(np.square(wide - given).mean() / (wide.var() or 1.0))
    ours, theirs = (_log_probabilities(each.astype(np.float64), output) for each in (expected, given))
    divergence = (np.exp(ours) * (ours - theirs)).sum(axis=1).mean()
    return float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()), float(divergence)


def _log_probabilities(answers: NDArray[np.float64], output: str) -> NDArray[np.float64]:
    if output == "probabilities":
        return np.log(np.maximum(answers, 1e-12))
    if answers.shape[1] == 1:  # one unit for two classes
        answers = np.concatenate([np.zeros_like(answers), answers], axis=1)
    shifted = answers - answers.max(axis=1, keepdims=True)
    logs: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logs


def _flatten_biases(graph: onnx.ModelProto) -> None:
    """Give biases of shape ``[1, n]`` one axis: ONNX Runtime's quantiser fails on two (its issue 24815)."""
    biases = {node.input[2] for node in graph.graph.node if node.op_type == "Gemm" and len(node.input) > 2}
    for each in graph.graph.initializer:
        if each.name in biases and len(each.dims) == 2 and each.dims[0] == 1:
            del each.dims[0]
    for known in [*graph.graph.value_info]:
        if known.name in biases:
            graph.graph.value_info.remove(known)


@contextlib.contextmanager
def _tools_errors() -> Iterator[None]:
    """Turn what the tools raise, which share no base class, into one sentence."""
    try:
        yield
    except Exception as error:  # a library's border
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ExportError(f"The network cannot be quantised: {lines[0].rstrip('.')}.") from error
