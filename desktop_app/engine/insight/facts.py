"""What a diagnosis must know beside the numbers over time: data, network and machine, which a run does not change."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class LayerFact(BaseModel):
    """A layer that instruments watch. Layers stand in the order in which the network runs them.

    ``role``: ``weights`` (a convolution or linear layer), ``norm`` or ``activation``. ``fed_by`` names the layer with
    weights whose outputs an activation takes in, by way of a norm or not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str
    type: str
    role: Literal["weights", "norm", "activation"]
    fed_by: str = ""


class Facts(BaseModel):
    """``facts.json`` of a run folder. A run of an older version has none, and its diagnosis does without.

    ``classes`` are their names, ``training_counts`` and ``validation_counts`` the samples of each; empty for a
    regression. ``constant_loss`` is the validation loss of the best answer that does not look at its input: the entropy
    of the class shares in nats, or the variance of the standardised target. ``validation_copies`` is the share of the
    validation samples that are trained on as well, where that can be told. ``accelerators`` are the devices that were
    there, whether used or not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    training_samples: int = 0
    validation_samples: int = 0
    classes: tuple[str, ...] = ()
    training_counts: tuple[int, ...] = ()
    validation_counts: tuple[int, ...] = ()
    batch_size: int = 0
    steps_in_epoch: int = 0
    parameters: int = 0
    constant_loss: float | None = None
    validation_copies: float | None = None
    device: str = "cpu"
    accelerators: tuple[str, ...] = ()
    learning_batch_norm: bool = False
    layers: tuple[LayerFact, ...] = ()
