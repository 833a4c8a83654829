"""The model card of a bundle: what the model is, what it was made of, how good it is, and what it is not for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from desktop_app.engine.evaluation.intervals import accuracy_interval
from desktop_app.engine.export.bundle.data_facts import PARTS, DataFacts
from desktop_app.engine.export.bundle.model_file import ModelFile
from desktop_app.engine.export.bundle.placing import MARK
from desktop_app.engine.export.exported import Exported
from desktop_app.engine.export.proof import card_text
from desktop_app.engine.networks.known_backbones import facts_of
from desktop_app.engine.networks.licences import Use
from desktop_app.engine.run import Run
from desktop_app.registry import Registry

_USE_IN_WORDS: dict[Use, str] = {
    "free": "any use, as long as the authors are named",
    "own terms": "on terms of its own: read them before you use the model",
    "non-commercial": "research and private use only",
    "not stated": "not stated by its authors: ask them before you pass the model on",
}


def model_card(run: Run, exported: Exported, model: ModelFile, data: DataFacts, registry: Registry) -> str:
    """Return the card as Markdown; it names no folder of the machine that it was made on."""
    return (
        "\n\n".join(
            [
                MARK,
                f"# {_cell(run.experiment.name)}",
                _introduction(run, exported, model),
                "## What it is for\n\n" + _intended_use(run, model),
                "## Where it comes from\n\n" + _origin(run, model, registry),
                "## Data\n\n" + _data(data, model),
                "## How good it is\n\n" + _metrics(run, exported, model),
                "## Compared with the trained network\n\n" + card_text.markdown(exported.card).strip(),
                "## Settings\n\n" + _settings(run),
                "## Plugins\n\n" + _plugins(run),
            ]
        )
        + "\n"
    )


def backbone_licence(run: Run, registry: Registry) -> tuple[str, str]:
    """Return the backbone's name and a sentence on its weights' licence; empty texts where there is no backbone."""
    chosen = run.experiment.model
    kind = chosen.kind.name if chosen.kind else "transfer"
    if chosen.backbone is None or kind != "transfer":
        return "", ""
    name = chosen.backbone.name
    if chosen.weights == "random":
        return name, "Its weights are the run's own; nothing pretrained is in them."
    if chosen.weights != "pretrained":
        file = Path(chosen.weights).name
        return name, f"It began with the weights file {file}, whose licence Downslope does not know."
    card = registry.catalogue().card("backbone", name)
    facts = facts_of(card) if card else None
    licence = facts.licence if facts and facts.licence else "not stated"
    use = _USE_IN_WORDS[facts.use if facts else "not stated"]
    return name, f"Its pretrained weights have the licence {licence}: {use}."


def _introduction(run: Run, exported: Exported, model: ModelFile) -> str:
    task = run.task
    if task.is_classification:
        labels = ", ".join(_cell(label) for label in run.classes[:30])
        more = f" and {len(run.classes) - 30} more" if len(run.classes) > 30 else ""
        gives = f"says which of {len(run.classes)} classes it is, with probabilities: {labels}{more}"
    else:
        gives = f"predicts {_cell(task.target) or 'a number'}"
    takes = "a picture" if model.takes_pictures else "a row of a table"
    size = exported.onnx.stat().st_size / 1e6
    return f"Takes {takes} and {gives}. `model.onnx` ({exported.variant}, {size:.1f} MB) holds all of its preparation."


def _intended_use(run: Run, model: ModelFile) -> str:
    like = "pictures" if model.takes_pictures else "rows"
    lines = [
        f"For {like} like those it was trained on (see Data): the same kind of thing, taken or measured the same way.",
    ]
    if run.task.is_classification:
        lines.append(
            "It knows nothing but its classes: whatever it is shown, it answers one of them, also where none fits. "
            "A probability says how sure it is among them, and that it is sure does not mean that it is right."
        )
        if model.not_sure > 0:
            lines.append(
                f"Below a probability of {model.not_sure:.3f} it is *not sure*: let a person look at those. The "
                "threshold and the probabilities' temperature were fitted on the validation samples."
            )
        else:
            lines.append("No *not sure* threshold was fitted: decide yourself below which probability a person looks.")
    else:
        lines.append("Outside the range of values it was trained on its numbers mean nothing.")
    lines.append(
        "Do not let it alone decide what matters to people's health, safety, money or rights. Try it on your own "
        f"{like} first; the figures below are of other ones."
    )
    return "\n\n".join(lines)


def _origin(run: Run, model: ModelFile, registry: Registry) -> str:
    origin = model.metadata.origin
    environment: dict[str, Any] = run.files.read_json(run.files.environment)
    packages = environment.get("packages") or {}
    backbone, licence = backbone_licence(run, registry)
    rows = [
        ("Made with", f"Downslope {(origin.version if origin else '') or packages.get('downslope', '')}".strip()),
        ("Run", run.folder.name),
        ("Network", run.experiment.model.kind.name if run.experiment.model.kind else ""),
        ("Backbone", backbone),
        ("Licence of the backbone", licence),
        ("Trained with", ", ".join(f"{name} {packages[name]}" for name in ("torch", "timm") if name in packages)),
    ]
    return _table(("", ""), [row for row in rows if row[1]])


def _data(data: DataFacts, model: ModelFile) -> str:
    origin = model.metadata.origin
    digest = f"`{origin.data}`" if origin and origin.data else "not recorded"
    sizes = ", ".join(f"{data.sizes[part]:,} {part}" for part in PARTS)
    text = f"From {_cell(data.source)}: {sizes} samples. SHA-256 of the data: {digest}."
    if not data.per_class:
        return text
    rows = [(label, *(f"{counts[part]:,}" for part in PARTS)) for label, counts in data.per_class.items()]
    return f"{text}\n\n{_table(('class', *PARTS), rows)}"


def _metrics(run: Run, exported: Exported, model: ModelFile) -> str:
    parity, best = exported.parity, run.result.get("best") or {}
    rows: list[tuple[str, str]] = []
    if parity.accuracy_onnx is not None:
        low, high = accuracy_interval(round(parity.accuracy_onnx * parity.samples), parity.samples)
        counted = f"{parity.accuracy_onnx:.1%} of {parity.samples:,} samples (95 % interval: {low:.1%} to {high:.1%})"
        rows.append(("Accuracy of this file", counted))
    rows += [
        (title, f"{best[key]:.4g}")
        for title, key in (
            ("Training loss", "train_loss"),
            ("Validation loss", "val_loss"),
            ("Validation accuracy in training", "val_accuracy"),
            ("Epoch", "epoch"),
        )
        if isinstance(best.get(key), int | float)
    ]
    if exported.latency is not None:
        latency = exported.latency
        speed = f"{latency.single_ms:.1f} ms alone, {latency.batch_ms:.1f} ms in a batch of {latency.batch}"
        rows.append(
            ("Time for one sample", f"{speed} ({latency.provider}, {latency.threads} threads, where it was made)")
        )
    if model.metadata.calibration is not None:
        rows.append(("Temperature", f"{model.metadata.calibration.temperature:.4g}"))
    return f"The weights are those of the best epoch, chosen by the validation samples.\n\n{_table(('', ''), rows)}"


def _settings(run: Run) -> str:
    """Return the experiment without what names folders or single samples."""
    content = run.experiment.to_dict()
    for key in ("path", "excluded", "relabelled"):
        content["data"].pop(key, None)
    weights = content["model"].get("weights", "")
    if weights not in ("pretrained", "random"):
        content["model"]["weights"] = Path(weights).name
    return f"```toml\n{tomli_w.dumps(content).rstrip()}\n```"


def _plugins(run: Run) -> str:
    environment: dict[str, Any] = run.files.read_json(run.files.environment)
    rows = [
        (
            str(each.get("kind", "")),
            str(each.get("name", "")),
            str(each.get("source", "")),
            f"`{each.get('sha256', '')}`",
        )
        for each in environment.get("plugins") or []
    ]
    return _table(("kind", "name", "source", "SHA-256"), rows) if rows else "None were recorded."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    """Return a text that stays within its place in Markdown: names of classes may hold anything."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
