"""The lessons in the order they are listed; a new lesson is one line here."""

from __future__ import annotations

from desktop_app.window.learn.activation_explorer import ActivationExplorer
from desktop_app.window.learn.batch_norm_explorer import BatchNormExplorer
from desktop_app.window.learn.initialization_explorer import InitializationExplorer
from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.learn.output_units import OutputUnits
from desktop_app.window.learn.race import RaceLesson

LESSONS: tuple[type[Lesson], ...] = (
    RaceLesson,
    ActivationExplorer,
    InitializationExplorer,
    OutputUnits,
    BatchNormExplorer,
)
