"""What is measured of one step, layer by layer. Everything stays on the device until the step is over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm as BatchNorm
from torch.utils.hooks import RemovableHandle

from desktop_app.engine.insight.outputs import Bounds, batch_drift, dead_share, mean_and_std, watched_part
from desktop_app.engine.insight.spread import sampled_values
from desktop_app.engine.insight.watched import WatchedLayer


class StepMeasures:
    """Scalars of one step by the names of their series, and values for histograms by theirs.

    Of what happens more than once in a step the first time is measured: a module that runs twice, the parts of a large
    batch, the passes of an optimizer that looks around. Weights and outputs are those that the step began with.

    Args:
        watched: The layers.
        bounds: Of the activations by name, where they are bounded on both sides.
        with_histograms: Whether to keep values, too.
        clock: Tells the time in seconds.
    """

    def __init__(
        self,
        watched: Sequence[WatchedLayer],
        bounds: Mapping[str, Bounds | None],
        with_histograms: bool,
        clock: Callable[[], float],
    ) -> None:
        self.ran: list[str] = []
        """The layers that ran, in running order."""
        self.values: dict[str, Tensor] = {}
        """For histograms: ``float32 [n]`` each, by name."""
        self.seconds = 0.0
        """What measuring took within the step."""
        self._watched = watched
        self._bounds = bounds
        self._with_histograms = with_histograms
        self._clock = clock
        self._scalars: dict[str, Tensor] = {}
        self._handles: list[RemovableHandle] = []
        self._seen: set[str] = set()
        # The layers that learn, with their weights as they were; known once there are gradients.
        self._learning: list[tuple[str, nn.Parameter]] | None = None
        self._before: list[Tensor] = []

    def hook(self) -> None:
        """Begin to listen to the layers."""
        for layer in self._watched:
            # A norm is asked before it runs: afterwards the batch is a part of its running statistics.
            if layer.role == "norm":
                hook = self._hook(layer, self._take_input)
                self._handles.append(layer.module.register_forward_pre_hook(hook))
            else:
                self._handles.append(layer.module.register_forward_hook(self._hook(layer, self._take_output)))

    def unhook(self) -> None:
        """Listen no more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    @torch.no_grad()
    def take_gradients(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure the gradients of the weights that ``optimizer`` is about to change, and keep these weights."""
        if self._learning is not None:
            return
        began = self._clock()
        self.unhook()
        weights = [weight for group in optimizer.param_groups for weight in group["params"] if _has_gradient(weight)]
        norms = dict(zip(weights, _norms([weight.grad for weight in weights]), strict=True))
        if norms:
            self._scalars["gradient_norm"] = torch.stack(list(norms.values())).norm()
        self._learning = [(layer.name, layer.weight) for layer in self._watched if layer.weight in norms]  # type: ignore[misc]
        self._before = [weight.detach().clone() for _, weight in self._learning]
        for name, weight in self._learning:
            self._scalars[f"gradient_norm/{name}"] = norms[weight]
            if self._with_histograms:
                assert weight.grad is not None
                self.values[f"gradients/{name}"] = sampled_values(weight.grad)
        self.seconds += self._clock() - began

    @torch.no_grad()
    def take_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Measure what the step changed, and what the optimizer and the norms keep."""
        learning = self._learning or []
        if learning:
            names = [name for name, _ in learning]
            steps = torch._foreach_sub([weight.detach() for _, weight in learning], self._before)
            for name, step, weight in zip(names, _norms(steps), _norms(self._before), strict=True):
                self._scalars[f"step/{name}"], self._scalars[f"weight_norm/{name}"] = step, weight
            if self._with_histograms:
                for name, step, weight in zip(names, steps, self._before, strict=True):
                    self.values[f"weights/{name}"] = sampled_values(weight)
                    self.values[f"updates/{name}"] = sampled_values(step)
        self._take_states(learning, optimizer)
        self._take_statistics()

    def figures(self) -> dict[str, float]:
        """Move all scalars to the host at once, and return one figure a series."""
        here = {name: value for name, value in self._scalars.items() if value.device.type == "cpu"}
        there = {name: value for name, value in self._scalars.items() if value.device.type != "cpu"}
        found: dict[str, float] = {}
        for some in (here, there):  # an optimizer's counts of steps lie on the host, whatever trains
            if some:
                values = torch.stack([value.to(torch.float32) for value in some.values()]).tolist()
                found.update(zip(some, values, strict=True))
        for name, _ in self._learning or []:
            step = found.pop(f"step/{name}", 0.0)
            # A weight or a gradient of 0 has no ratio: a layer that begins with zeros, one behind dead units.
            for quantity, base in (("update_ratio", "weight_norm"), ("effective_step", "gradient_norm")):
                if found[f"{base}/{name}"]:
                    found[f"{quantity}/{name}"] = step / found[f"{base}/{name}"]
        return found

    def _hook(self, layer: WatchedLayer, take: Callable[[WatchedLayer, Any], None]) -> Callable[..., None]:
        def hook(_module: nn.Module, inputs: Any, *output: Any) -> None:
            if layer.name in self._seen:
                return
            began = self._clock()
            self._seen.add(layer.name)
            self.ran.append(layer.name)
            values = output[0] if output else (inputs[0] if inputs else None)
            if isinstance(values, Tensor) and values.is_floating_point() and values.ndim > 1 and values.numel():
                with torch.no_grad():
                    take(layer, values)
            self.seconds += self._clock() - began

        return hook

    def _take_output(self, layer: WatchedLayer, output: Tensor) -> None:
        part = watched_part(output)
        quantity = "output" if layer.role == "weights" else "activation"
        mean, std = mean_and_std(part)
        self._scalars[f"{quantity}_mean/{layer.name}"] = mean
        self._scalars[f"{quantity}_std/{layer.name}"] = std
        if layer.role != "activation":
            return
        dead = dead_share(part, layer.channels_last)
        if dead is not None:
            self._scalars[f"dead_share/{layer.name}"] = dead
        bounds = self._bounds.get(layer.name)
        if bounds is not None:
            self._scalars[f"saturated_share/{layer.name}"] = bounds.saturated(part)
        if self._with_histograms:
            self.values[f"activations/{layer.name}"] = sampled_values(part)

    def _take_input(self, layer: WatchedLayer, inputs: Tensor) -> None:
        if layer.module.training:
            drift = batch_drift(layer.module, inputs)
            if drift is not None:
                self._scalars[f"batch_drift/{layer.name}"] = drift

    def _take_states(self, learning: Sequence[tuple[str, nn.Parameter]], optimizer: torch.optim.Optimizer) -> None:
        states: dict[str, Tensor] = {}
        for name, weight in learning:
            # ``get``: asking for what is not there would make it.
            for key, state in optimizer.state.get(weight, {}).items():
                if isinstance(state, Tensor) and state.numel() and not state.is_complex() and not state.is_sparse:
                    states[f"state.{key}/{name}"] = state.detach()
                    if self._with_histograms and state.shape == weight.shape:
                        self.values[f"state.{key}/{name}"] = sampled_values(state)
        for (name, state), norm in zip(states.items(), _norms(list(states.values())), strict=True):
            self._scalars[name] = norm / math.sqrt(state.numel())

    def _take_statistics(self) -> None:
        for layer in self._watched:
            norm = layer.module
            if layer.name in self._seen and isinstance(norm, BatchNorm) and norm.running_mean is not None:
                assert norm.running_var is not None
                self._scalars[f"running_mean/{layer.name}"] = norm.running_mean.mean()
                self._scalars[f"running_std/{layer.name}"] = norm.running_var.sqrt().mean()


def _has_gradient(weight: Tensor) -> bool:
    return weight.grad is not None and not weight.grad.is_sparse and not weight.grad.is_complex()


def _norms(tensors: Sequence[Tensor | None]) -> list[Tensor]:
    """Return the L2 norm of each, computed in float32 or better: squares of half precision overflow."""
    wide = [
        tensor.detach() if tensor.dtype in (torch.float32, torch.float64) else tensor.detach().to(torch.float32)
        for tensor in tensors
        if tensor is not None
    ]
    return [norm.to(torch.float32) for norm in torch._foreach_norm(wide)] if wide else []
