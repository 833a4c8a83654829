"""Muon: hidden matrices take orthogonalised steps, everything else takes AdamW's."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

from desktop_app.api import Optimizer, Range, fused_kernels, hookimpl

_MATRIX = 2
_EMBEDDING = re.compile(r"emb|\bwte\b|\bwpe\b", re.IGNORECASE)


class MuonAndAdamW(torch.optim.Optimizer):
    """One optimizer of two of torch's: each group says under ``rule`` which of them it belongs to.

    The groups and the state are shared with the two, so that schedules, ``state_dict`` and learning rates set by hand
    see one optimizer.
    """

    def __init__(self, groups: list[dict[str, Any]], lr: float) -> None:
        self._parts: list[torch.optim.Optimizer] = []
        super().__init__(groups, {"lr": lr, "rule": "adamw"})
        self._share()

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:  # type: ignore[override]
        """Take one step; the loss is returned where a closure is given."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part in self._parts:
            part.step()
        return loss

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a group; where it names no ``rule``, AdamW steps it."""
        super().add_param_group(param_group)
        if self._parts:
            self._share()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Called by ``load_state_dict`` too, which puts new groups and a new state in place of the old ones.
        super().__setstate__(state)
        self._share()

    def _share(self) -> None:
        """Make the two parts anew around the groups that there are now."""
        self._parts = []
        rules: dict[str, Callable[[list[dict[str, Any]]], torch.optim.Optimizer]] = {
            "muon": torch.optim.Muon,
            "adamw": torch.optim.AdamW,
        }
        for rule, make in rules.items():
            groups = [group for group in self.param_groups if group["rule"] == rule]
            if groups:
                part = make(groups)
                part.state = self.state
                self._parts.append(part)


def muon(
    params: Iterable[Any],
    lr: Annotated[float, Range(1e-6, 0.1, log=True)] = 0.001,
    momentum: Annotated[float, Range(0.0, 0.999)] = 0.95,
    nesterov: bool = True,
    iterations: Annotated[int, Range(1, 10)] = 5,
    adjust: Literal["match_rms_adamw", "original"] = "match_rms_adamw",
    weight_decay: Annotated[float, Range(0.0, 1.0)] = 0.1,
    adamw_lr: Annotated[float, Range(1e-6, 0.1, log=True)] | None = None,
    adamw_beta1: Annotated[float, Range(0.0, 0.999)] = 0.9,
    adamw_beta2: Annotated[float, Range(0.9, 0.9999)] = 0.999,
) -> torch.optim.Optimizer:
    """Return an optimizer of torch's Muon for hidden matrices and torch's AdamW for everything else.

    Hidden matrices are the weights of two dimensions but embeddings (by their name) and the last one, which is the
    output layer. Biases, norms and convolutions are AdamW's.

    Args:
        lr: Learning rate.
        momentum: Share of the running sum of gradients kept at each step, for matrices.
        nesterov: Look ahead along the momentum before a matrix is orthogonalised.
        iterations: Rounds of the Newton-Schulz iteration that orthogonalises; more are more exact and cost more.
        adjust: How far a matrix moves: match_rms_adamw as far as under AdamW, so that one learning rate suits both;
            original by its shape alone, with a learning rate of about 0.02.
        weight_decay: Each step shrinks all weights by the learning rate times this.
        adamw_lr: Learning rate of everything else; without it, the same one.
        adamw_beta1: AdamW's share of the running mean of gradients kept at each step.
        adamw_beta2: AdamW's share of the running mean of squared gradients kept at each step.

    Raises: ``ValueError`` for a beta outside ``[0, 1)``, and as torch's Muon and AdamW do.
    """
    for name, share in (("adamw_beta1", adamw_beta1), ("adamw_beta2", adamw_beta2)):
        if not 0.0 <= share < 1.0:
            raise ValueError(f"{name} must be at least 0 and below 1, got {share}")
    given = list(params)
    groups = given if given and isinstance(given[0], dict) else [{"params": given}]
    matrices = [weight for group in groups for _, weight in _named(group) if weight.ndim == _MATRIX]
    output = matrices[-1] if matrices else None
    split: list[dict[str, Any]] = []
    for group in groups:
        named = _named(group)
        hidden = [weight for name, weight in named if _is_hidden(name, weight) and weight is not output]
        taken = set(map(id, hidden))
        rest = [weight for _, weight in named if id(weight) not in taken]
        given_by_group = {key: value for key, value in group.items() if key not in ("params", "param_names")}
        for_matrices = {
            "lr": lr,
            "momentum": momentum,
            "nesterov": nesterov,
            "ns_steps": iterations,
            "adjust_lr_fn": adjust,
            "weight_decay": weight_decay,
        }
        for_rest = {
            "lr": lr if adamw_lr is None else adamw_lr,
            "betas": (adamw_beta1, adamw_beta2),
            "weight_decay": weight_decay,
            "fused": fused_kernels(rest),
        }
        if hidden:
            split.append({**for_matrices, **given_by_group, "params": hidden, "rule": "muon"})
        if rest:
            split.append({**for_rest, **given_by_group, "params": rest, "rule": "adamw"})
    return MuonAndAdamW(split, lr)


def _named(group: dict[str, Any]) -> list[tuple[str, Tensor]]:
    """Return the parameters of a group with their names, empty ones where they were given without."""
    return [entry if isinstance(entry, tuple) else ("", entry) for entry in group["params"]]


def _is_hidden(name: str, weight: Tensor) -> bool:
    return weight.ndim == _MATRIX and not _EMBEDDING.search(name)


@hookimpl
def register_optimizers() -> Optimizer:
    return Optimizer(
        "muon",
        muon,
        title="Muon",
        summary="Orthogonalised steps for hidden matrices, AdamW for the rest",
        formula=(
            r"B \leftarrow \mu B + G,\quad O = U V^\top\ \text{of}\ G + \mu B = U S V^\top,\quad "
            r"W \leftarrow W - \eta\,(s\,O + \lambda W)"
        ),
        reference="https://kellerjordan.github.io/posts/muon/",
        when="For perceptrons and transformers with wide hidden layers, where it needs fewer steps than AdamW.",
        notes=(
            "Stepped by Muon are hidden weights of two dimensions. Embeddings, biases, norms, the output layer (the "
            "last matrix) and all convolutions are stepped by AdamW: torch's Muon takes matrices only, so that a "
            "convolutional network is trained by AdamW but for its hidden linear layers.",
            "Orthogonalised in bfloat16 by five Newton-Schulz rounds: the singular values end between about 0.5 and "
            "1.5, not exactly at 1.",
            "A step costs several times Adam's. It keeps one value a weight of a matrix; AdamW keeps two.",
        ),
        named=True,
        gives_way=True,
    )
