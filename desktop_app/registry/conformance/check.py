"""One check of a plugin: a rule, and what came of it."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import PluginError
from desktop_app.registry.asking import reason


@dataclass(frozen=True)
class Check:
    """What came of one rule; ``detail`` says what was seen, or what broke and where."""

    check: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Begun:
    """A check that is under way now, so that whoever watches can name one that never ends.

    ``runs_the_plugin``: whether it runs code of the plugin, which may not end, or only code of others.
    """

    check: str
    runs_the_plugin: bool = True


class RuleError(Exception):
    """A rule is not kept; the text says how, and what to do."""


@dataclass(frozen=True)
class Rule:
    """A rule: the name of its check, and a function that returns what it saw or raises.

    ``verify`` raises ``RuleError`` where the rule is not kept; whatever else it raises was raised by the plugin.
    """

    check: str
    verify: Callable[[Any], str]

    def apply(self, subject: Any, file: Path | None) -> Check:
        """Return what comes of the rule for ``subject``, whose own lines, in ``file``, are named where it raises.

        Numbers are drawn from a seed of their own; the caller's random state and threads stay as they were.
        """
        import torch

        threads = torch.get_num_threads()
        try:
            # Tensors are tiny here: on a busy machine a second thread only waits for its turn, fourteen times as long.
            torch.set_num_threads(1)
            with torch.random.fork_rng(), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what a plugin warns of is not what is asked here
                torch.manual_seed(0)
                return Check(self.check, True, self.verify(subject))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a plugin's border: whatever it raises is what is reported
            return Check(self.check, False, reason_of(error, file))
        finally:
            torch.set_num_threads(threads)


def reason_of(error: BaseException, file: Path | None) -> str:
    """Return one line about what was raised, with the deepest line of the plugin's ``file`` that it passed through."""
    if isinstance(error, RuleError):
        return " ".join(str(error).split())
    # What a contribution raises comes wrapped in a sentence that names the file; the line is the cause's.
    frames = traceback.extract_tb(error.__cause__.__traceback__) if error.__cause__ else ()
    lines = [frame.lineno for frame in frames if isinstance(error, PluginError) and frame.filename == str(file)]
    return reason(error, file) + (f" (line {lines[-1]})" if lines else "")
