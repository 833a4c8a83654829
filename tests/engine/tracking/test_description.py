"""What goes in and what comes out, in words."""

import pytest

from desktop_app.engine.task import PictureInput, TableInput, Task
from desktop_app.engine.tracking.description import in_words


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            Task(input=PictureInput(height=8, width=12), classes=("cat", "dog")),
            "pictures of 12 x 8 pixels to 2 classes: cat, dog",
        ),
        (Task(input=TableInput(names=("a",)), output="number", target="price"), "rows of 1 column to a number: price"),
        (
            Task(input=TableInput(names=("a", "b")), classes=tuple("abcdefg")),
            "rows of 2 columns to 7 classes: a, b, c, d, e and 2 more",
        ),
    ],
)
def test_a_task_in_words(task: Task, words: str) -> None:
    assert in_words(task) == words
