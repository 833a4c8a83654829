"""Losses over two weights, to race optimizers down: ravine, bent valley, saddle, noise, a gradient that is rare.

The window lists them before torch is loaded: importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Pair = tuple[float, float]


@dataclass(frozen=True)
class Surface:
    """A loss over two weights, and how it is raced on.

    Args:
        name: What it is picked by; ``title`` and ``summary`` are what people read, ``formula`` is LaTeX.
        low: The lower left corner of what is drawn; ``high`` is the upper right one.
        start: Where races begin unless somebody says otherwise.
        minima: Every place where the loss is lowest, as far as they are known.
        target: Whoever stays below this loss has arrived.
        steps: How long a race takes.
        loss: Gives the losses ``[...]`` of points ``[..., 2]``, in the points' dtype; differentiable.
        batch_loss: Gives the losses that one step sees instead, of points ``[..., 2]`` and that step's ``draw [2]``;
            ``None`` where every step sees the whole loss. Over all draws its mean is ``loss``.
        draw: Draws ``[steps, 2]`` numbers from a generator for ``batch_loss``.
        axes: What the two weights are called.
    """

    name: str
    title: str
    summary: str
    formula: str
    low: Pair
    high: Pair
    start: Pair
    minima: tuple[Pair, ...]
    target: float
    steps: int
    loss: Callable[[Tensor], Tensor]
    batch_loss: Callable[[Tensor, Tensor], Tensor] | None = None
    draw: Callable[[int, torch.Generator], Tensor] | None = None
    axes: tuple[str, str] = ("x", "y")

    @property
    def span(self) -> float:
        """The longer side of what is drawn."""
        return max(self.high[0] - self.low[0], self.high[1] - self.low[1])

    def draws(self, steps: int, seed: int) -> Tensor:
        """Return what chance decides at each step, ``[steps, 2]``, from ``seed`` alone; zeros where that is nothing."""
        import torch

        if self.draw is None:
            return torch.zeros(steps, 2, dtype=torch.float64)
        return self.draw(steps, torch.Generator().manual_seed(seed))

    def step_loss(self, points: Tensor, draw: Tensor) -> Tensor:
        """Return the losses ``[...]`` of points ``[..., 2]`` that a step with this ``draw [2]`` sees."""
        return self.loss(points) if self.batch_loss is None else self.batch_loss(points, draw)


# Textbook Nesterov momentum at 0.9 is unstable where the curvature passes 21: this ravine stays below it.
_STEEP, _FLAT = 16.0, 0.2


def _ravine(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return 0.5 * (_FLAT * x * x + _STEEP * y * y)


def _rosenbrock(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def _beale(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _saddle(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return 0.5 * x * x + 0.25 * (y * y - 1) ** 2


_NOISE = 2.0


def _bowl(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return 0.5 * (x * x + 3 * y * y)


def _noisy_bowl(points: Tensor, draw: Tensor) -> Tensor:
    return _bowl(points) + _NOISE * (points * draw).sum(-1)


def _normal(steps: int, generator: torch.Generator) -> Tensor:
    import torch

    return torch.randn(steps, 2, generator=generator, dtype=torch.float64)


# Below the curvature of 21, as the ravine.
_OFTEN, _RARELY, _RARE_SHARE = 20.0, 0.1, 0.05


def _sparse(points: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    return 0.5 * (_OFTEN * x * x + _RARE_SHARE * _RARELY * y * y)


def _sparse_batch(points: Tensor, draw: Tensor) -> Tensor:
    x, y = points.unbind(-1)
    seen = (draw[0] < _RARE_SHARE).to(points.dtype)
    return 0.5 * (_OFTEN * x * x + seen * _RARELY * y * y)


def _uniform(steps: int, generator: torch.Generator) -> Tensor:
    import torch

    return torch.rand(steps, 2, generator=generator, dtype=torch.float64)


SURFACES: tuple[Surface, ...] = (
    Surface(
        "ravine",
        "Ravine",
        "80 times steeper across than along: small rates crawl, large ones bounce off the walls.",
        r"\frac{1}{2}\left(0.2\,x^2 + 16\,y^2\right)",
        low=(-6.0, -2.0),
        high=(3.0, 2.0),
        start=(-5.0, 1.5),
        minima=((0.0, 0.0),),
        target=1e-2,
        steps=200,
        loss=_ravine,
    ),
    Surface(
        "rosenbrock",
        "Rosenbrock's valley",
        "A bent valley that is easy to find and slow to follow.",
        r"(1 - x)^2 + 100\left(y - x^2\right)^2",
        low=(-2.0, -1.0),
        high=(2.0, 3.0),
        start=(-1.2, 1.0),
        minima=((1.0, 1.0),),
        target=1e-2,
        steps=600,
        loss=_rosenbrock,
    ),
    Surface(
        "beale",
        "Beale's function",
        "Plains where the gradient all but vanishes, between walls where it explodes.",
        r"(1.5 - x + xy)^2 + \left(2.25 - x + xy^2\right)^2 + \left(2.625 - x + xy^3\right)^2",
        low=(-4.5, -4.5),
        high=(4.5, 4.5),
        start=(1.0, 1.6),
        minima=((3.0, 0.5),),
        target=1e-2,
        steps=400,
        loss=_beale,
    ),
    Surface(
        "saddle",
        "Saddle",
        "Begins almost on the ridge between two valleys, where there is hardly any slope to follow.",
        r"\frac{1}{2} x^2 + \frac{1}{4}\left(y^2 - 1\right)^2",
        low=(-2.5, -1.8),
        high=(2.5, 1.8),
        start=(-2.0, 0.001),
        minima=((0.0, 1.0), (0.0, -1.0)),
        target=1e-3,
        steps=200,
        loss=_saddle,
    ),
    Surface(
        "noisy_bowl",
        "Noisy bowl",
        "Each step's gradient is off by chance, as on small batches; all see the same noise.",
        r"\frac{1}{2}\left(x^2 + 3\,y^2\right) + 2\,(x z_1 + y z_2),\quad z \sim N(0, 1)",
        low=(-4.0, -3.0),
        high=(4.0, 3.0),
        start=(-3.0, 2.0),
        minima=((0.0, 0.0),),
        target=0.2,
        steps=300,
        loss=_bowl,
        batch_loss=_noisy_bowl,
        draw=_normal,
    ),
    Surface(
        "sparse",
        "Sparse gradients",
        "y gets a gradient in one step of twenty only, as the weights of a rare word do; Adagrad keeps its step large.",
        r"\frac{1}{2}\left(20\,x^2 + 0.1\,b\,y^2\right),\quad b = 1 \text{ in one step of 20, else } 0",
        low=(-4.0, -4.0),
        high=(4.0, 4.0),
        start=(-3.0, 3.0),
        minima=((0.0, 0.0),),
        target=2e-4,
        steps=400,
        loss=_sparse,
        batch_loss=_sparse_batch,
        draw=_uniform,
    ),
)
"""The surfaces in the order they are listed."""
