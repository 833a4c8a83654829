"""What went wrong with a training, in one sentence that a person can act on."""

from __future__ import annotations

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.memory import is_lack_of_memory
from desktop_app.errors import DownslopeError


def in_one_sentence(error: BaseException, experiment: Experiment) -> str:
    """Return the sentence for ``error``; what is no mistake of the person's is called a fault of the program."""
    if isinstance(error, DownslopeError):
        return str(error)
    if is_lack_of_memory(error):
        size = experiment.training.batch_size
        half = max(1, size // 2)
        return f"There is not enough memory for training.batch_size = {size}; try {half}, or smaller pictures."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'}: {error.strerror}."
    said = str(error).splitlines()[0] if str(error) else "nothing more was said"
    return f"The training failed by a fault of the program or of a plugin: {type(error).__name__}: {said}."
