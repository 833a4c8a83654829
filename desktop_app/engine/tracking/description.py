"""What a tracker is told of a run before its first number."""

from __future__ import annotations

from desktop_app.api import RunDescription
from desktop_app.engine.experiment import Experiment
from desktop_app.engine.task import PictureInput, Task
from desktop_app.store.run_folder import RunFolder

_NAMED_CLASSES = 5


def describe_run(experiment: Experiment, task: Task, device: str, folder: RunFolder) -> RunDescription:
    """Return the description of the run in ``folder``; ``device`` is a name for people."""
    return RunDescription(experiment.name, folder.path, experiment.to_dict(), in_words(task), device)


def in_words(task: Task) -> str:
    """Return what goes in and what comes out, such as *pictures of 8 x 8 pixels to 2 classes: cat, dog*."""
    if isinstance(task.input, PictureInput):
        given = f"pictures of {task.input.width} x {task.input.height} pixels"
    else:
        columns = len(task.input.names)
        given = f"rows of {columns} column{'s' if columns != 1 else ''}"
    if not task.is_classification:
        return f"{given} to a number" + (f": {task.target}" if task.target else "")
    named = ", ".join(task.classes[:_NAMED_CLASSES])
    more = len(task.classes) - _NAMED_CLASSES
    return f"{given} to {len(task.classes)} classes: {named}" + (f" and {more} more" if more > 0 else "")
