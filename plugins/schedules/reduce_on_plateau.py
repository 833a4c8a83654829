"""Reduce on plateau: the learning rate is cut when the validation loss has stopped falling."""

from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from desktop_app.api import Range, Schedule, hookimpl


def reduce_on_plateau(
    optimizer: Optimizer,
    total_steps: int,
    factor: Annotated[float, Range(0.05, 0.9)] = 0.1,
    patience: Annotated[int, Range(0, 20)] = 2,
    threshold: Annotated[float, Range(0.0, 0.1)] = 1e-4,
    cooldown: Annotated[int, Range(0, 20)] = 0,
    floor: Annotated[float, Range(0.0, 0.5)] = 0.0,
) -> ReduceLROnPlateau:
    """Return torch's ReduceLROnPlateau, which Downslope tells the validation loss after each epoch.

    Args:
        factor: What the learning rate is multiplied by at each cut.
        patience: Epochs without improvement that are borne; the next one cuts.
        threshold: Share of the best loss by which a loss must lie below it to count as better.
        cooldown: Epochs after a cut in which nothing is counted.
        floor: Share of the first learning rate below which it is not cut.

    Raises: ``ValueError`` if ``factor`` is not above 0 and below 1, ``floor`` or ``threshold`` lies outside 0 to 1, or
        ``patience`` or ``cooldown`` is below 0.
    """
    if not 0.0 < factor < 1.0:
        raise ValueError(f"factor must be above 0 and below 1, got {factor}")
    for name, share in (("threshold", threshold), ("floor", floor)):
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"{name} must lie between 0 and 1, got {share}")
    for name, epochs in (("patience", patience), ("cooldown", cooldown)):
        if epochs < 0:
            raise ValueError(f"{name} must be at least 0, got {epochs}")
    return ReduceLROnPlateau(
        optimizer,
        factor=factor,
        patience=patience,
        threshold=threshold,
        cooldown=cooldown,
        min_lr=[floor * float(group["lr"]) for group in optimizer.param_groups],
        eps=0.0,  # torch's 1e-8 would keep small learning rates from being cut at all
    )


@hookimpl
def register_schedules() -> Schedule:
    return Schedule(
        "reduce_on_plateau",
        reduce_on_plateau,
        title="Reduce on plateau",
        summary="Cut when the validation loss has stopped falling",
        formula=(
            r"\eta \leftarrow \gamma\,\eta\quad\text{when}\quad "
            r"\min_{k \le p}\, L_{e - k} \ge (1 - \theta) \min_{k > p} L_{e - k}"
        ),
        reference="https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html",
        when="Where you do not know how long the training will take: it finds the time to cut by itself.",
        notes=(
            "It waits 2 epochs, because runs here are short; PyTorch and Keras wait 10.",
            "A noisy validation loss (few samples) cuts too early: raise the patience. Without validation samples it "
            "watches the training loss.",
            "Give early stopping a longer patience than this, or it ends the run before a cut can help.",
        ),
        gives_way=True,
    )
