"""An experiment: plain data that says what is trained on what, and how. TOML both ways."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, model_validator

from desktop_app.engine.experiment_errors import readable, refuse_non_finite
from desktop_app.errors import ExperimentError
from desktop_app.registry import Registry
from desktop_app.store.whole_file import replace_text

# Two digits: torch keeps the number in a byte, and takes cuda:300 for cuda:44 in silence.
DEVICE_PATTERN = r"^(auto|cpu|mps|(cuda|xpu)(:[0-9]{1,2})?)$"

_LONGEST_NAME = 200


class Settings(BaseModel):
    """A section of the experiment file: unknown keys and wrong types are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class PluginChoice(BaseModel):
    """A plugin by name, with the hyper-parameters that differ from its own defaults.

    In TOML ``"adam"`` or ``{ name = "adam", lr = 0.01 }``.
    """

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)
    name: str = Field(min_length=1)

    @property
    def hyper(self) -> dict[str, Any]:
        """The hyper-parameters that were given."""
        return dict(self.model_extra or {})


def _choice(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _plain_choice(choice: PluginChoice) -> Any:
    return {"name": choice.name, **choice.hyper} if choice.hyper else choice.name


def _absolute(path: str, folder: Path, key: str) -> str:
    if "\0" in path:
        raise ExperimentError(key, f"must be a path, got {path!r}.")
    try:
        return str((folder / Path(path).expanduser()).absolute())
    except RuntimeError as error:
        raise ExperimentError(key, f"there is no home folder for {path!r}; give the whole path.") from error


Choice = Annotated[PluginChoice, BeforeValidator(_choice), PlainSerializer(_plain_choice)]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Widths = Annotated[tuple[Annotated[int, Field(ge=1, le=1_000_000)], ...], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False)]
Pairs = Annotated[tuple[Annotated[tuple[str, str], Field(strict=False)], ...], Field(strict=False)]


class DataSettings(Settings):
    """``[data]``: where samples come from and how they are split."""

    source: Choice = Field(description="Where the samples come from")
    path: str = Field("", description="The folder of class folders, or the table's file")
    target: str = Field("", description="The table's column to predict")
    columns: Names = Field((), description="The table's columns to learn from; none named means all")
    categorical: Names = Field((), description="Columns that hold categories although they look like numbers")
    task: Literal["auto", "classification", "regression"] = Field("auto", description="What kind of answer is learned")
    validation: Share = Field(0.2, description="Share of the samples kept apart to validate on")
    test: Share = Field(0.0, description="Share of the samples kept apart and not touched")
    seed: int = Field(0, ge=0, lt=2**32, description="Draws the split")
    image_size: int | None = Field(
        None, ge=4, le=4096, description="Width and height in pixels; the backbone's own if empty"
    )
    augment: Literal["none", "light", "strong"] = Field("none", description="Random changes of training pictures")
    mix: Literal["none", "mixup", "cutmix"] = Field(
        "none", description="Training pictures mixed in pairs, and their classes with them"
    )
    views: int = Field(
        0, ge=0, le=64, description="Augmented views a picture whose features are computed once; 0: new ones each epoch"
    )
    balance: Literal["none", "weights", "sampler"] = Field(
        "none", description="What makes up for rare classes: weights in the loss, or drawing them more often"
    )
    excluded: Names = Field((), description="Names of samples that are left out")
    relabelled: Pairs = Field((), description="Pairs of a sample's name and the class that it is given instead")
    unreadable: Literal["fail", "skip"] = Field("fail", description="What an unreadable picture or row does")
    group: str = Field(
        "", description="What stays on one side of the split: a column, or a regular expression on the samples' names"
    )

    @model_validator(mode="after")
    def _something_is_left_to_train_on(self) -> DataSettings:
        if self.validation + self.test >= 1.0:
            raise ValueError("validation and test together must be less than 1, so that something is left to train on")
        return self


class ModelSettings(Settings):
    """``[model]``: the network and what it is made of."""

    kind: Choice | None = Field(None, description="The network; chosen by the data if empty")
    layers: Widths | None = Field(None, description="mlp: hidden widths; cnn: channels a block")
    initializer: Choice = Field(PluginChoice(name="he"), description="How weights are drawn at first")
    activation: Choice = Field(PluginChoice(name="relu"), description="The function between layers")
    normalization: Choice = Field(
        PluginChoice(name="batch_norm"), description="What keeps activations in range, or none"
    )
    normalization_place: Literal["before", "after"] = Field("before", description="Before or after the activation")
    dropout: float | None = Field(None, ge=0.0, lt=1.0, description="Share of units switched off in each step")
    output: Literal["softmax", "sigmoid"] = Field("softmax", description="sigmoid: one unit for two classes")
    backbone: Choice | None = Field(None, description="transfer: the pretrained network")
    weights: str = Field("pretrained", min_length=1, description="pretrained, random or the path of a weights file")
    freeze: bool | None = Field(None, description="transfer: keep the backbone as it is during training")
    head: Widths | None = Field(None, description="transfer: hidden widths of the new classifier")
    pooling: Literal["avg", "flatten"] | None = Field(None, description="transfer: how features become a vector")
    adapters: int = Field(
        0, ge=0, le=1024, description="transfer: rank of the low-rank adapters that fine-tuning trains; 0: none"
    )


class StageSettings(Settings):
    """What the training and the fine-tuning have in common."""

    optimizer: Choice = Field(PluginChoice(name="adam"), description="The update rule")
    schedule: Choice = Field(PluginChoice(name="constant"), description="The course of the learning rate")


class TrainingSettings(StageSettings):
    """``[training]``: how long, how fast, on what."""

    epochs: int = Field(10, ge=1, le=1_000_000, description="How often each training sample is visited")
    batch_size: int = Field(32, ge=1, le=1_000_000, description="Samples a step")
    seed: int = Field(0, ge=0, lt=2**32, description="Draws weights, order and dropout")
    device: str = Field("auto", pattern=DEVICE_PATTERN, description="auto, cpu, cuda, cuda:1 or mps")
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field("auto", description="Of the arithmetic")
    threads: int = Field(0, ge=0, le=4096, description="Processor threads; 0: all")
    early_stopping: int = Field(0, ge=0, description="Epochs without a better model before stopping; 0: off")
    clip_gradient: float = Field(0.0, ge=0.0, description="Largest norm of the gradient; 0: no limit")
    micro_batch: int = Field(
        0, ge=0, le=1_000_000, description="Samples that go through the network at once; 0: the whole batch"
    )
    non_finite: Literal["stop", "skip", "roll_back"] = Field(
        "stop",
        description="Where a loss or gradient is not finite: end, leave the step out, or go back and lower the rate",
    )
    instruments: bool = Field(True, description="Watch gradients, updates and activations of each layer")
    trackers: Annotated[tuple[Choice, ...], Field(strict=False)] = Field(
        (), description="Other programs that are handed the numbers while it trains"
    )
    label_smoothing: float = Field(
        0.0, ge=0.0, lt=1.0, description="Share of each target spread over all classes; the validation loss stays plain"
    )
    ema_decay: float = Field(
        0.0, ge=0.0, lt=1.0, description="How slowly the averaged weights follow, which are evaluated and kept; 0: off"
    )
    cache_features: bool = Field(True, description="Keep on disk what frozen blocks make of each picture, for all runs")

    @model_validator(mode="after")
    def _each_tracker_once(self) -> TrainingSettings:
        names = [choice.name for choice in self.trackers]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f'the tracker "{twice}" is named twice; name each once')
        return self


class FineTuningSettings(StageSettings):
    """``[fine_tuning]``: the second stage of transfer learning."""

    epochs: int = Field(5, ge=1, le=1_000_000, description="How often each training sample is visited")
    unfreeze_last: int = Field(3, ge=1, description="Layers with weights unfrozen, counted from the backbone's end")
    optimizer: Choice = Field(PluginChoice.model_validate({"name": "adam", "lr": 1e-4}), description="The update rule")
    layer_decay: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        description="Each block's learning rate as a share of the next one's; 1: all the same",
    )
    gradual: bool = Field(False, description="Unfreeze block by block from the end, an epoch each; the rest with all")


class Experiment(Settings):
    """What is trained on what, and how: the whole of an experiment file."""

    name: str = Field("experiment", min_length=1, max_length=_LONGEST_NAME, description="Runs are named after it")
    data: DataSettings
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    fine_tuning: FineTuningSettings | None = None

    @classmethod
    def load(cls, path: str | Path) -> Experiment:
        """Read an experiment file; its relative paths are taken from the folder it lies in.

        Raises: ``ExperimentError`` for a missing file, broken TOML, an unknown key or a value that makes no sense.
        """
        path = Path(path)
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not a text in UTF-8"
            raise ExperimentError("", f"The experiment {path} cannot be read: {reason}.") from error
        except tomllib.TOMLDecodeError as error:
            raise ExperimentError("", f"The experiment {path} is not valid TOML: {error}.") from error
        except (ValueError, RecursionError) as error:  # numbers of thousands of digits, lists within lists within ...
            raise ExperimentError("", f"The experiment {path} holds more than can be read: {error}.") from error
        content.setdefault("name", path.stem[:_LONGEST_NAME])
        return cls.from_dict(content, path.absolute().parent)

    @classmethod
    def from_dict(cls, content: dict[str, Any], folder: Path | None = None) -> Experiment:
        """Make an experiment from nested plain values; relative paths are taken from ``folder``.

        Raises: ``ExperimentError`` that names the key and the nearest valid one.
        """
        refuse_non_finite(content)
        try:
            experiment = cls.model_validate(content)
        except ValidationError as error:
            raise readable(error, cls) from error
        return experiment.with_paths_from(folder) if folder else experiment

    def with_paths_from(self, folder: Path) -> Experiment:
        """Return the experiment with its relative paths made absolute, starting at ``folder``."""
        data, model = self.data, self.model
        if data.path:
            data = data.model_copy(update={"path": _absolute(data.path, folder, "data.path")})
        if model.weights not in ("pretrained", "random"):
            model = model.model_copy(update={"weights": _absolute(model.weights, folder, "model.weights")})
        return self.model_copy(update={"data": data, "model": model})

    def to_dict(self) -> dict[str, Any]:
        """Return nested plain values as they stand in TOML; keys that have no value are left out."""
        content: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        return content

    def to_toml(self) -> str:
        """Return the experiment as TOML."""
        return tomli_w.dumps(self.to_dict())

    def save(self, path: Path) -> None:
        """Write the experiment as TOML; ``path`` is at any moment the whole old or the whole new file."""
        replace_text(path, self.to_toml())

    def with_value(self, key: str, value: Any, folder: Path | None = None) -> Experiment:
        """Return the experiment with one dotted key replaced, such as ``training.optimizer.lr``, as ``with_values``."""
        return self.with_values({key: value}, folder)

    def with_values(self, changes: Mapping[str, Any], folder: Path | None = None) -> Experiment:
        """Return the experiment with dotted keys replaced; ``None`` goes back to a key's default.

        A relative path is taken from ``folder``.

        Raises: ``ExperimentError`` as ``from_dict`` does.
        """
        content = self.to_dict()
        for key, value in changes.items():
            _replace(content, key, value)
        return Experiment.from_dict(content, folder)

    def check(self, registry: Registry) -> None:
        """Check every plugin's name and hyper-parameters.

        Raises: ``ExperimentError`` that names the key and the nearest valid name.
        """
        from desktop_app.engine.experiment_plugins import check_plugins

        check_plugins(self, registry)


def _replace(content: dict[str, Any], key: str, value: Any) -> None:
    """Write ``value`` at a dotted key of nested plain values."""
    inner = content
    *parents, last = key.split(".")
    for depth, parent in enumerate(parents, start=1):
        below = inner.get(parent, {})
        if not isinstance(below, dict | str):
            raise ExperimentError(key, f"{'.'.join(parents[:depth])} is {below!r} and has no keys below it.")
        # ``optimizer = "adam"`` is short for ``{ name = "adam" }``, and a key below it opens it up.
        inner[parent] = below if isinstance(below, dict) else {"name": below}
        inner = inner[parent]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
