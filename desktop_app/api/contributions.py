"""What a plugin contributes: frozen descriptions, each with a name and the callable that makes the thing."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from desktop_app.api.parameters import Parameter, check_values, parameters_of
from desktop_app.errors import PluginError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor, nn
    from torch.optim.lr_scheduler import LRScheduler

    from desktop_app.api.networks import BuiltBackbone, Parts
    from desktop_app.api.samples import Samples


class OutOfRangeWarning(UserWarning):
    """A hyper-parameter lies outside the range that its plugin calls usual."""


@dataclass(frozen=True)
class Contribution:
    """What every contribution has: a name to pick it by and what its card says.

    ``formula`` is LaTeX without dollars; ``reference`` is a paper's address or ``arXiv:...``. ``when`` says in a
    sentence or two when to use it, ``notes`` what else one should know: limits, and where other libraries differ.
    A built-in that ``gives_way`` is replaced by a user's or installed plugin's contribution of its kind and name: a
    built-in that came later must not break plugins that were there before it. All other clashes of names are refused.
    """

    KIND: ClassVar[str]
    HOOK: ClassVar[str]
    GIVEN: ClassVar[int]
    """How many leading arguments of the callable Downslope passes itself; the others are hyper-parameters."""

    name: str
    title: str = field(default="", kw_only=True)
    summary: str = field(default="", kw_only=True)
    formula: str = field(default="", kw_only=True)
    reference: str = field(default="", kw_only=True)
    when: str = field(default="", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    gives_way: bool = field(default=False, kw_only=True)

    @property
    def maker(self) -> Callable[..., Any]:
        """The callable that makes the thing."""
        return self.factory  # type: ignore[attr-defined,no-any-return]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The hyper-parameters, in the order of the signature."""
        return parameters_of(self.maker, self.GIVEN)

    def check(self, hyper: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``hyper`` in the signature's types; warn of what lies outside its usual range.

        Raises: ``PluginError`` for an unknown name or a value of the wrong type.
        """
        try:
            checked = check_values(self.parameters, hyper)
        except KeyError as error:
            name, hint = error.args
            known = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise PluginError(f'{self} has no hyper-parameter "{name}". It has: {known}.{hint}') from error
        except ValueError as error:
            name, reason = error.args
            raise PluginError(f"{self}: {name} {reason}") from error
        for parameter in self.parameters:
            value = checked.get(parameter.name)
            if parameter.range and isinstance(value, int | float) and value not in parameter.range:
                usual = f"{parameter.range.low:g} to {parameter.range.high:g}"
                warnings.warn(
                    f"{self}: {parameter.name} = {value:g} lies outside its usual range, {usual}.",
                    OutOfRangeWarning,
                    stacklevel=1,  # one place for all callers, so that Python says it once
                )
        return checked

    def create(self, *given: Any, **hyper: Any) -> Any:
        """Make the thing with checked hyper-parameters.

        Raises: ``PluginError`` that names plugin, file and hyper-parameters where the plugin refuses or fails.
        """
        checked = self.check(hyper)
        try:
            return self.maker(*given, **checked)
        except Exception as error:
            raise PluginError(f"{self} could not be made{_in_words(checked)}: {error} ({self.file})") from error

    @property
    def file(self) -> str:
        """The file that the callable was written in, or the module where there is no file."""
        try:
            return inspect.getsourcefile(inspect.unwrap(self.maker)) or self.maker.__module__
        except TypeError:
            return str(getattr(self.maker, "__module__", "unknown"))

    def __str__(self) -> str:
        return f'{self.KIND} "{self.name}"'


def _in_words(hyper: Mapping[str, Any]) -> str:
    return " with " + ", ".join(f"{name} = {value!r}" for name, value in hyper.items()) if hyper else ""


@dataclass(frozen=True)
class Initializer(Contribution):
    """``function(weight, **hyper)`` fills the tensor ``weight`` in place, drawing from torch's own generator."""

    KIND: ClassVar[str] = "initializer"
    HOOK: ClassVar[str] = "register_initializers"
    GIVEN: ClassVar[int] = 1
    function: Callable[..., object]

    @property
    def maker(self) -> Callable[..., Any]:
        """The callable that fills a weight."""
        return self.function

    def apply(self, weight: Tensor, **hyper: Any) -> None:
        """Fill ``weight`` in place, outside autograd."""
        import torch

        with torch.no_grad():
            self.create(weight, **hyper)


@dataclass(frozen=True)
class Activation(Contribution):
    """``factory(**hyper)`` returns a module that maps any ``(*)`` to the same ``(*)``."""

    KIND: ClassVar[str] = "activation"
    HOOK: ClassVar[str] = "register_activations"
    GIVEN: ClassVar[int] = 0
    factory: Callable[..., nn.Module]


@dataclass(frozen=True)
class Normalization(Contribution):
    """``factory(features, dimensions, **hyper)``; ``dimensions`` is 0 for ``[batch, features]``, 2 for pictures."""

    KIND: ClassVar[str] = "normalization"
    HOOK: ClassVar[str] = "register_normalizations"
    GIVEN: ClassVar[int] = 2
    factory: Callable[..., nn.Module]


@dataclass(frozen=True)
class Optimizer(Contribution):
    """``factory(params, **hyper)`` returns a ``torch.optim.Optimizer``.

    ``closure``: its ``step`` is given a closure that computes the loss and the gradients again. ``create_graph``: the
    backward pass keeps its graph. ``named``: ``params`` are pairs of name and parameter. One with ``train()`` and
    ``eval()`` has them called around evaluation.

    A rule that comes in two forms has a hyper-parameter ``form``, ``"standard"`` or ``"textbook"``. ``textbook`` is
    then the LaTeX of the second one, and ``form_defaults`` says what a hyper-parameter whose default is ``None`` is in
    each, as ``{"eps": {"standard": 1e-10, "textbook": 1e-8}}``.
    """

    KIND: ClassVar[str] = "optimizer"
    HOOK: ClassVar[str] = "register_optimizers"
    GIVEN: ClassVar[int] = 1
    factory: Callable[..., Any]
    closure: bool = field(default=False, kw_only=True)
    create_graph: bool = field(default=False, kw_only=True)
    named: bool = field(default=False, kw_only=True)
    textbook: str = field(default="", kw_only=True)
    form_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, kw_only=True, hash=False)


@dataclass(frozen=True)
class Schedule(Contribution):
    """``factory(optimizer, total_steps, **hyper)`` returns an ``LRScheduler``, stepped after each optimizer step."""

    KIND: ClassVar[str] = "schedule"
    HOOK: ClassVar[str] = "register_schedules"
    GIVEN: ClassVar[int] = 2
    factory: Callable[..., LRScheduler]


@dataclass(frozen=True)
class Network(Contribution):
    """``factory(input_shape, outputs, parts, **hyper)`` returns a module from normalised inputs to logits.

    ``input_shape`` is ``(columns,)`` or ``(channels, height, width)``; ``parts`` (see ``Parts``) makes the activation,
    the normalization and the initialisation that were picked. ``prefers`` says which form a data source that has both
    should give. A network with ``blocks`` and ``head`` (see ``SplitNetwork``) can be trained in stages.
    """

    KIND: ClassVar[str] = "network"
    HOOK: ClassVar[str] = "register_networks"
    GIVEN: ClassVar[int] = 3
    factory: Callable[[tuple[int, ...], int, Parts], nn.Module] | Callable[..., nn.Module]
    prefers: Literal["vectors", "pictures"] = field(default="pictures", kw_only=True)


@dataclass(frozen=True)
class Backbone(Contribution):
    """``factory(weights)`` returns a ``BuiltBackbone``: module, preprocessing and blocks in the order they run.

    ``weights`` is ``"pretrained"``, ``"random"`` or the path of a weights file. ``licence`` is that of the weights.
    ``pretrained`` says where those come from: ``"installed"``, ``"hf-hub:REPOSITORY"`` (fetched with progress before
    the factory is called, see ``fetch_weights``), ``"download"`` for any other place on the internet, ``"none"``, or
    nothing where that is not said.
    """

    KIND: ClassVar[str] = "backbone"
    HOOK: ClassVar[str] = "register_backbones"
    GIVEN: ClassVar[int] = 1
    factory: Callable[[str], BuiltBackbone]
    licence: str = field(default="", kw_only=True)
    pretrained: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class DataSource(Contribution):
    """``load(folder, **options)`` returns ``Samples``; ``folder`` is the experiment's ``data.path``, or ``None``.

    Options named ``target``, ``columns``, ``categorical``, ``task``, ``unreadable`` and ``prefers`` ("vectors" or
    "pictures") are filled from the experiment where the signature has them.
    """

    KIND: ClassVar[str] = "data_source"
    HOOK: ClassVar[str] = "register_data_sources"
    GIVEN: ClassVar[int] = 1
    load: Callable[..., Samples] | Callable[[Path | None], Samples]

    @property
    def maker(self) -> Callable[..., Any]:
        """The callable that reads the samples."""
        return self.load


@dataclass(frozen=True)
class Tracker(Contribution):
    """``factory(**hyper)`` returns an object with the methods of ``RunTracker`` that it cares about.

    Made with the experiment's hyper-parameters, once to see whether they will do and once for the run: the factory
    refuses what cannot work, a package that is not installed included, and opens nothing before ``run_started``.
    """

    KIND: ClassVar[str] = "tracker"
    HOOK: ClassVar[str] = "register_trackers"
    GIVEN: ClassVar[int] = 0
    factory: Callable[..., object]


KINDS: tuple[type[Contribution], ...] = (
    Initializer,
    Activation,
    Normalization,
    Optimizer,
    Schedule,
    Network,
    Backbone,
    DataSource,
    Tracker,
)
