"""Reads the arguments, runs the command, and turns its end into an exit status."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import NoReturn

from desktop_app import __version__
from desktop_app.api import OutOfRangeWarning
from desktop_app.command.report import say
from desktop_app.errors import DownslopeError, ExperimentError

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

# In the order of the work. Each module has ``add_arguments(parser)``, ``run(arguments) -> int`` and a docstring, whose
# first line is its help.
COMMANDS = (
    "demo", "scan", "train", "resume", "diagnose", "evaluate", "export", "verify", "predict", "track", "runs",
    "plugins",
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with the way to help."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE, f"{self.prog}: {message}. Try: {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["try-plugins"]:  # the other end of registry/trial.py, which a frozen program starts like this
        from desktop_app.registry.trial_child import serve

        serve(float(arguments[1]))
    if not arguments or (arguments[0] not in COMMANDS and not arguments[0].startswith("-")):
        return _open_window(arguments)
    parsed = _parser(arguments[0]).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    warnings.showwarning = _say_warning
    _let_termination_interrupt()
    try:
        command = import_module(f"desktop_app.command.{parsed.command}")
        return int(command.run(parsed))
    except KeyboardInterrupt:
        say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read the output has had enough of it, as "head" does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except DownslopeError as error:
        if parsed.debug:
            traceback.print_exc()
        say(str(error))
        return UNUSABLE if isinstance(error, ExperimentError) else FAILED
    except Exception as error:  # noqa: BLE001 - the program's border: a traceback is for those who ask for it
        if parsed.debug:
            traceback.print_exc()
        said = str(error).splitlines()[0].rstrip(".") if str(error) else "nothing more was said"
        say(
            f"downslope {parsed.command} failed by a fault of the program: {type(error).__name__}: {said}. "
            "Run it again with --debug to see where."
        )
        return FAILED


def _parser(wanted: str) -> argparse.ArgumentParser:
    """Return the parser, with the arguments of the one command that is wanted."""
    parser = _Parser(
        prog="downslope",
        description="Train, fine-tune and export neural networks. Without a command, the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"downslope {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name in COMMANDS:
        module = import_module(f"desktop_app.command.{name}")
        summary = (module.__doc__ or "").partition("\n")[0]
        one = commands.add_parser(name, help=summary, description=summary)
        module.add_arguments(one)
        target = one if name != "plugins" else None
        for each in [target] if target else list(one._subparsers._group_actions[0].choices.values()):  # type: ignore[union-attr,arg-type]
            each.add_argument("--json", action="store_true", help="make the last line of output one JSON object")
            each.add_argument("--debug", action="store_true", help="show where an error came from")
    return parser


def _open_window(arguments: list[str]) -> int:
    """Open the window, on a project if one is named."""
    from desktop_app.command.window import open_window

    return open_window(arguments)


def _say_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    """Say what is meant for the person who trains, once and without a file and a line; the rest is for developers."""
    if issubclass(category, OutOfRangeWarning):
        say(str(message))
    else:
        logging.getLogger("py.warnings").info("%s:%s: %s: %s", filename, lineno, category.__name__, message)


def _let_termination_interrupt() -> None:
    """Treat the wish of a system to end the program like Ctrl-C: the run is kept."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, interrupt)
