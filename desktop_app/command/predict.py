"""Predict pictures, folders or a table with any ONNX classifier; runs on ONNX Runtime alone."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.command.model_options import add_description, add_session, described

if TYPE_CHECKING:
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import Prediction
    from desktop_app.inference.sorting import Sorted

_LOOK_SECONDS = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``predict`` takes."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="an exported model, or any ONNX classifier")
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="pictures, folders, or a .csv or .parquet file"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the predictions to a CSV file too")
    parser.add_argument(
        "--json-file", type=Path, metavar="FILE", help="write them to a JSON file, with all probabilities"
    )
    parser.add_argument(
        "--sort-into", type=Path, metavar="FOLDER", help="copy the pictures to FOLDER/LABEL, those not sure apart"
    )
    parser.add_argument("--watch", action="store_true", help="go on with pictures as they come, until Ctrl-C")
    add_session(parser)
    add_description(parser)


def run(arguments: argparse.Namespace) -> int:
    """Predict and report; an input that cannot be read costs its own row, and status 1 only where none can."""
    from desktop_app.command.line import DONE, FAILED
    from desktop_app.command.report import say, show_json
    from desktop_app.errors import ModelError
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import predict_paths
    from desktop_app.inference.watching import WatchedFolder

    _refuse_copies_that_come_back(arguments)
    model = OnnxModel.open(
        arguments.model,
        arguments.provider,
        described=described(arguments),
        purpose="latency" if arguments.latency else "throughput",
        threads=arguments.threads,
    )
    if arguments.watch and model.input == "features":
        raise ModelError("Only pictures can be watched for, and the model takes a table; leave --watch out.")
    if arguments.sort_into and model.input == "features":
        raise ModelError("Only pictures can be copied into folders; the model takes a table; leave --sort-into out.")
    if model.takes_floats and model.metadata.origin is None and not arguments.mean and not arguments.std:
        pixels = model.metadata.pixels
        if not any(pixels.mean) and set(pixels.std) == {1}:
            say("The model takes floats and is given pixels from 0 to 1; --mean and --std say otherwise.")
    batch_size = 1 if arguments.latency else arguments.batch_size
    # What lies in a watched folder from the start comes like what comes later: nothing twice, and nothing in between.
    folders = [path for path in arguments.paths if arguments.watch and path.is_dir()]
    watched = [WatchedFolder(path, existing=True) for path in folders]
    at_once = [path for path in arguments.paths if path not in folders]
    with contextlib.ExitStack() as stack:
        out = _Out(arguments, model, stack)
        try:
            out.take(predict_paths(model, at_once, batch_size=batch_size))
            if arguments.watch:
                _watch(watched, lambda files: out.take(predict_paths(model, files, batch_size=batch_size)), out)
        except KeyboardInterrupt:
            out.keep()
            if arguments.json:
                show_json(out.as_json())
            raise
    if not out.count:
        say("There is nothing to predict: the folders hold no pictures.")
    if arguments.json:
        show_json(out.as_json())
    return DONE if out.answered else FAILED


class _Out:
    """Takes predictions to wherever they were asked for, one by one; rows are kept for ``--json`` alone."""

    def __init__(self, arguments: argparse.Namespace, model: OnnxModel, stack: contextlib.ExitStack) -> None:
        from desktop_app.inference.prediction_files import CsvFile, JsonFile
        from desktop_app.inference.sorting import SortedFolders

        self._arguments = arguments
        self._model = model
        self._rows: list[dict[str, Any]] = []
        self._files: list[CsvFile | JsonFile] = []
        if arguments.csv:
            self._files.append(stack.enter_context(CsvFile(arguments.csv, model.output == "prediction")))
        if arguments.json_file:
            self._files.append(stack.enter_context(JsonFile(arguments.json_file)))
        self._folders = SortedFolders(arguments.sort_into) if arguments.sort_into else None
        self.count = self.answered = 0

    def take(self, predictions: Generator[Prediction, None, None]) -> None:
        """Report each prediction as it comes."""
        from desktop_app.command.report import say, show
        from desktop_app.inference.prediction_files import as_row

        with contextlib.closing(predictions):
            for prediction in predictions:
                self.count += 1
                self.answered += not prediction.problem
                for file in self._files:
                    file.add(prediction)
                if self._folders:
                    self._folders.add(prediction)
                if self._arguments.json:
                    self._rows.append(as_row(prediction))
                if prediction.problem:
                    say(f"{prediction.input}: {prediction.problem}")
                elif not self._arguments.json:
                    show(_line(prediction))

    def publish(self) -> None:
        """Put the files where they belong, with what they hold so far."""
        for file in self._files:
            file.publish()

    def keep(self) -> None:
        """Save what there is when the person ends it, and say so."""
        from desktop_app.command.report import say

        self.publish()
        if self._files and not self._arguments.watch:
            names = " and ".join(str(path) for path in (self._arguments.csv, self._arguments.json_file) if path)
            say(f"The first {self.count:,} predictions are kept in {names}.")

    def as_json(self) -> dict[str, Any]:
        """Return all that was predicted, what ran, and what was copied where."""
        ran = {"provider": self._model.provider, "fallback": self._model.fallback}
        copied = {} if self._folders is None else {"sorted": _sorted(self._folders.result())}
        return {"predictions": self._rows, **ran, **copied}


def _watch(watched: list[Any], predict: Callable[[list[Path]], None], out: _Out) -> None:
    """Predict what comes, until Ctrl-C."""
    from desktop_app.command.report import say
    from desktop_app.errors import DataError

    if not watched:
        raise DataError("There is no folder to watch among the paths; give one.")
    say(f"Watching {', '.join(str(each.folder) for each in watched)}; Ctrl-C ends it.")
    while True:
        out.publish()
        while not (files := [path for each in watched for path in each.new_files()]):
            time.sleep(_LOOK_SECONDS)
        predict(files)


def _refuse_copies_that_come_back(arguments: argparse.Namespace) -> None:
    """A copy in a watched folder would be a new picture, and be copied again."""
    from desktop_app.errors import DataError

    if not arguments.sort_into or not arguments.watch:
        return
    for path in arguments.paths:
        if arguments.sort_into.resolve().is_relative_to(path.resolve()):
            raise DataError(f'"{arguments.sort_into}" lies in the watched folder "{path}"; sort into another one.')


def _sorted(found: Sorted) -> dict[str, Any]:
    left_out = [{"input": name, "problem": problem} for name, problem in found.left_out]
    return {"by_label": found.by_label, "unsure": found.unsure, "left_out": left_out}


def _line(prediction: Prediction) -> str:
    if prediction.value is not None:
        return f"{prediction.input}\t{prediction.value:g}"
    return f"{prediction.input}\t{prediction.label}\t{prediction.probability:.3f}" + (
        "\tnot sure" if prediction.unsure else ""
    )
