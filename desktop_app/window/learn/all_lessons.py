"""The lessons in the order they are listed; a new lesson is one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.workspace import Workspace


@dataclass(frozen=True)
class ListedLesson:
    """What the list says of a lesson, and its class as ``module:Class``.

    The class is imported when the lesson is first opened: lessons import torch, and the window stands before that.
    """

    name: str
    title: str
    summary: str
    icon: str
    place: str

    def make(self, workspace: Workspace) -> Lesson:
        """Return the lesson; torch is there by now."""
        module, _, kind = self.place.partition(":")
        made: Lesson = getattr(import_module(f"desktop_app.window.learn.{module}"), kind)(workspace)
        return made


LESSONS = (
    ListedLesson(
        "race", "Optimizer race", "Any optimizers down a surface, from a start that you drag", "race", "race:RaceLesson"
    ),
    ListedLesson(
        "activations",
        "Activation explorer",
        "Value, slope and what comes out, for several at once",
        "wave",
        "activation_explorer:ActivationExplorer",
    ),
    ListedLesson(
        "initialization",
        "Initialisation explorer",
        "Signals and gradients through 50 layers, before the first step",
        "layers",
        "initialization_explorer:InitializationExplorer",
    ),
    ListedLesson(
        "output_units",
        "Sigmoid beside softmax",
        "One output unit or two, for two classes: the same decisions",
        "binary",
        "output_units:OutputUnits",
    ),
    ListedLesson(
        "batch_norm",
        "Batch norm's learning rates",
        "The highest rate that still trains, with it and without",
        "normalize",
        "batch_norm_explorer:BatchNormExplorer",
    ),
)
