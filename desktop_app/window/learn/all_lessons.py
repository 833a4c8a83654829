"""The lessons in the order they are listed; a new lesson is one line here."""

from __future__ import annotations

from desktop_app.window.learn.lesson import Lesson

LESSONS: tuple[type[Lesson], ...] = ()
