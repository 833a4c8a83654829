"""Which layers suffer most from being quantised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from desktop_app.engine.export.smaller.quiet_tools import load_tools
from desktop_app.engine.export.smaller.training_draw import Feed


def worst_layers(
    float32: Path, quantised: Path, folder: Path, samples: Sequence[Feed], layers: Sequence[onnx.NodeProto]
) -> tuple[str, ...]:
    """Return the names of ``layers``, worst first: where the signal-to-noise ratio falls most from in to out.

    The ratio is of the float32 model's activations to their differences from the quantised model's, in decibels
    (``onnxruntime.quantization.qdq_loss_debug``). Layers whose output is not quantised come last. Works in ``folder``.
    """
    load_tools()
    from onnxruntime.quantization import qdq_loss_debug as debug

    found = []
    for place, model in enumerate((float32, quantised)):
        shown = folder / f"shown-{place}.onnx"
        debug.modify_model_output_intermediate_tensors(model, shown)
        found.append(debug.collect_activations(str(shown), iter(samples)))
    matching = debug.create_activation_matching(found[1], found[0])
    decibels: dict[str, float] = {
        name: debug.compute_signal_to_quantization_noice_ratio(match["float"], match["post_qdq"])
        for name, match in matching.items()
        if "float" in match
    }
    activations = _activations(onnx.load(float32))
    # What nothing quantised comes before is as clean as anything is.
    clean = max(decibels.values(), default=0.0)
    lost = {}
    for layer in layers:
        output = next((name for name in (layer.output[0], activations.get(layer.output[0])) if name in decibels), None)
        lost[layer.name] = decibels.get(layer.input[0], clean) - decibels[output] if output else float("-inf")
    return tuple(sorted(lost, key=lambda name: -lost[name]))


def _activations(model: onnx.ModelProto) -> Mapping[str, str]:
    """Return the outputs of ReLUs by their inputs: the quantiser merges them into the layer before."""
    return {node.input[0]: node.output[0] for node in model.graph.node if node.op_type in ("Relu", "Clip")}
