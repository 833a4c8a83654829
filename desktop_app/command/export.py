"""Write a run's best network as ONNX and prove that it gives the same answers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from desktop_app.engine.export import Exported, ExportOptions, ParityCard
    from desktop_app.engine.run import Run
    from desktop_app.engine.task import Task

_MOST_LOST_POINTS = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``export`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.onnx",
        help="the file to write, or with --variants the folder; by default in the run's folder",
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--int8", action="store_true", help="eight-bit integers: about a quarter of the size")
    which.add_argument("--float16", action="store_true", help="16-bit floats: about half of the size")
    which.add_argument(
        "--snapshot",
        metavar="NAME",
        help="a model kept in the midst of the training, such as snapshots/step-00001234.ckpt, compared on few samples",
    )
    which.add_argument("--variants", action="store_true", help="float32, float16 and int8, and which of them to take")
    parser.add_argument(
        "--most-lost",
        type=float,
        metavar="POINTS",
        help=f"how many points of accuracy a smaller variant may lose; by default {_MOST_LOST_POINTS:g}",
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="DIR",
        help="also write a folder and a ZIP that somebody else can use at once; by default in the run's folder",
    )
    parser.add_argument("--any-size", action="store_true", help="take pictures of any size: resizing lies inside")
    parser.add_argument("--logits", action="store_true", help="give logits, from before softmax, not probabilities")
    parser.add_argument("--layout", choices=("nhwc", "nchw"), default="nhwc", help="the order of a picture's axes")
    parser.add_argument("--float-input", action="store_true", help="take pixels as floats from 0 to 1, not as bytes")
    parser.add_argument(
        "--no-calibration", action="store_true", help="leave the probabilities as the network gives them"
    )


def run(arguments: argparse.Namespace) -> int:
    """Export and report; where the answers differ, the card is shown and nothing is written."""
    from desktop_app.command.line import FAILED, UNUSABLE
    from desktop_app.command.report import say, show, show_json
    from desktop_app.engine.export.proof.card_text import lines
    from desktop_app.engine.run import Run
    from desktop_app.errors import ExportError

    contradiction = contradiction_in(arguments)
    if contradiction:
        say(f"downslope export: {contradiction}")
        return UNUSABLE
    opened = Run.open(arguments.run)
    if arguments.snapshot is not None:
        return _export_snapshot(arguments, opened)
    misfit = misfit_of(arguments, opened.task)
    if misfit:
        say(f"downslope export: {misfit}")
        return UNUSABLE
    try:
        return _export(arguments, opened)
    except ExportError as error:
        if error.card is None:
            raise
        say(str(error))
        if arguments.json:
            show_json({"onnx": None, **_proof(error.card), "error": str(error)})
        else:
            for line in lines(error.card)[1:]:
                show(line)
        return FAILED


def contradiction_in(arguments: argparse.Namespace) -> str:
    """Return in a sentence which options exclude one another; an empty text where none do."""
    smaller = arguments.int8 or arguments.float16 or arguments.variants
    if arguments.most_lost is not None and not smaller:
        return "--most-lost is about smaller variants; add --int8, --float16 or --variants, or leave it out."
    if arguments.most_lost is not None and not 0 <= arguments.most_lost <= 100:
        return f"--most-lost is in points of accuracy, 0 to 100, got {arguments.most_lost:g}."
    if arguments.variants and arguments.out is not None and arguments.out.suffix.lower() == ".onnx":
        return f"--variants writes several files, and --out {arguments.out} is one; give a folder."
    if not arguments.variants and arguments.out is not None and arguments.out.suffix.lower() != ".onnx":
        return f'--out names the file to write, which ends in .onnx, got "{arguments.out}".'
    return ""


def misfit_of(arguments: argparse.Namespace, task: Task) -> str:
    """Return in a sentence which option means nothing for what the run was trained on; an empty text where none is."""
    pictures = (("--any-size", arguments.any_size), ("--float-input", arguments.float_input))
    of_pictures = [name for name, given in (*pictures, ("--layout", arguments.layout != "nhwc")) if given]
    if of_pictures and task.input.kind != "pictures":
        return f"{of_pictures[0]} is about pictures, and this run was trained on a table; leave it out."
    if arguments.logits and not task.is_classification:
        return "--logits is about classes, and this run predicts numbers; leave it out."
    return ""


def _export_snapshot(arguments: argparse.Namespace, opened: Run) -> int:
    from desktop_app.command.line import DONE
    from desktop_app.command.report import Phases, show, show_json
    from desktop_app.engine.export.snapshot import export_snapshot
    from desktop_app.registry import load_plugins

    file = export_snapshot(opened, arguments.snapshot, load_plugins(), Phases())
    if arguments.json:
        show_json({"onnx": str(file)})
    else:
        show(str(file))
    return DONE


def _export(arguments: argparse.Namespace, opened: Run) -> int:
    from desktop_app.command.line import DONE
    from desktop_app.command.report import Phases, say, show, show_json
    from desktop_app.command.variants_table import as_json, table
    from desktop_app.engine.export import ExportOptions
    from desktop_app.engine.export.proof.card_text import lines
    from desktop_app.engine.plugin_changes import IN_A_NETWORK, changed_plugins
    from desktop_app.registry import load_plugins

    options = ExportOptions(
        any_size=arguments.any_size,
        logits=arguments.logits,
        layout=arguments.layout,
        pixels="float32" if arguments.float_input else "uint8",
        calibrate=not arguments.no_calibration,
    )
    registry, report = load_plugins(), Phases()
    for change in changed_plugins(opened, registry, IN_A_NETWORK):
        say(change)
    found: dict[str, Any] = {}
    said: list[str] = []
    if arguments.variants:
        from desktop_app.engine.export.smaller.variants import export_variants

        variants = export_variants(opened, arguments.out, registry, report, options, _most_lost(arguments))
        exported = variants.recommended
        found, said = as_json(variants), table(variants)
    else:
        exported = _one(arguments, opened, registry, report, options)
        said = [str(exported.onnx), *lines(exported.card)]
    if arguments.bundle is not None:
        from desktop_app.engine.export.bundle.writing import write_bundle

        folder = arguments.bundle if arguments.bundle != Path() else opened.folder / "bundle"
        bundle = write_bundle(opened, exported, folder.absolute(), registry, report=report)
        found |= {"bundle": str(bundle.folder), "archive": str(bundle.archive), "page": bundle.page}
        if not bundle.page:
            say("The bundle has no web page: onnxruntime-web is not installed with Downslope (see the README).")
        said = [*said, f"Bundle written to {bundle.folder} and {bundle.archive}"]
    if arguments.json:
        show_json({"onnx": str(exported.onnx), **_proof(exported.card), **found})
        return DONE
    for line in said:
        show(line)
    return DONE


def _one(arguments: argparse.Namespace, opened: Run, registry: Any, report: Any, options: ExportOptions) -> Exported:
    if arguments.int8 or arguments.float16:
        from desktop_app.engine.export.smaller.variants import export_variant

        variant: Literal["int8", "float16"] = "int8" if arguments.int8 else "float16"
        return export_variant(opened, variant, arguments.out, registry, report, options, _most_lost(arguments))
    from desktop_app.engine.export.exporting import export_run

    return export_run(opened, arguments.out, registry, report, options)


def _most_lost(arguments: argparse.Namespace) -> float:
    """Return the share of accuracy that may be lost."""
    points = _MOST_LOST_POINTS if arguments.most_lost is None else arguments.most_lost
    return float(points) / 100


def _proof(card: ParityCard) -> dict[str, Any]:
    return {"parity": card.parity.model_dump(), "card": card.model_dump()}
