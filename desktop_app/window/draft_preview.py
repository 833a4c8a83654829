"""What is known of the draft before it trains: its data, read as its network wants them, and the network, summed up."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.experiment_plugins import preferred_form
from desktop_app.errors import ExperimentError
from desktop_app.registry import Registry
from desktop_app.window.background import Background
from desktop_app.window.computed import Computed
from desktop_app.window.draft import Draft
from desktop_app.window.plugin_shelf import PluginShelf

# What the network and the table of its layers follow from.
_OF_THE_NETWORK: Any = {"model": True, "fine_tuning": True, "data": True, "training": {"optimizer"}}
# What only divides or changes samples that were read.
_SPLIT_KEYS = ("validation", "test", "seed", "augment", "mix", "balance")


class DraftPreview(QObject):
    """Reads data and builds the network behind the window, each again only where what it follows from is another."""

    def __init__(self, draft: Draft, shelf: PluginShelf, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._shelf = shelf
        self.data = Computed("data", background, self)
        self.network = Computed("network", background, self)
        self._experiment: Experiment | None = None
        self._problem: ExperimentError | None = None
        self._data_asked = ""
        self._network_asked = ""
        self._samples_asked = ""
        self.data.changed.connect(self._look_at_network)

    def look(self, experiment: Experiment | None, problem: ExperimentError | None) -> None:
        """Ask for whatever is not known yet of the draft, which says ``experiment``, or has a ``problem``."""
        self._experiment, self._problem = experiment, problem
        if self._draft.get("data.source"):
            self._look_at_data()
            return
        self.forget()
        if self.data.state != "empty":
            self.data.clear()
            self.network.clear()

    def forget(self, *, data: bool = True, network: bool = True) -> None:
        """Read the data, or build the network, anew at the next look, though the draft be the same."""
        if data:
            self._data_asked = self._samples_asked = ""
        if network:
            self._network_asked = ""

    def _look_at_data(self) -> None:
        registry = self._shelf.registry
        if registry is None:
            if self._shelf.error is not None:
                self.data.fail(self._shelf.error)
            elif self.data.state != "loading":
                self.data.wait()
            return
        if self._problem and self._problem.key.startswith("data"):
            self._refuse_data(self._problem)
            return
        try:
            experiment = self._experiment_of_data(registry)
        except ExperimentError as error:
            self._refuse_data(error)
            return
        section, form = self._draft.get("data"), preferred_form(experiment, registry)
        asked = _text([section, form])
        if asked == self._data_asked:
            self._look_at_network()
            return
        self._data_asked = asked
        source = _text([{key: value for key, value in section.items() if key not in _SPLIT_KEYS}, form])
        known = self.data.value[0] if self.data.value is not None and source == self._samples_asked else None
        self._samples_asked = source

        def read() -> tuple[Any, Any]:
            from desktop_app.engine.preview import load_samples, split_samples

            samples = known if known is not None else load_samples(experiment, registry)
            return samples, split_samples(samples, experiment)

        self.data.ask(read)

    def _experiment_of_data(self, registry: Registry) -> Experiment:
        """Return the draft's data, and the network that they are read for, alone: they are shown while the rest is ill.

        Raises: ``ExperimentError`` where the data themselves are.
        """
        if kind := self._draft.get("model.kind"):
            try:
                return self._checked({"kind": kind}, registry)
            except ExperimentError as error:
                if not error.key.startswith("model"):
                    raise
        return self._checked({}, registry)

    def _checked(self, model: dict[str, Any], registry: Registry) -> Experiment:
        experiment = Experiment.from_dict({"data": self._draft.get("data"), "model": model}, self._draft.folder)
        experiment.check(registry)
        return experiment

    def _refuse_data(self, error: ExperimentError) -> None:
        self._data_asked = ""
        self.data.fail(error)

    def _look_at_network(self) -> None:
        experiment, registry = self._experiment, self._shelf.registry
        if self.data.state != "ready" or not registry:
            return
        if self._problem:
            if self._problem.key.startswith("model"):
                self._network_asked = ""
                self.network.fail(self._problem)
            return
        if experiment is None:
            return
        # Of the experiment, not of the draft: that may have been changed since, and is looked at when it has settled.
        asked = _text(experiment.model_dump(mode="json", include=_OF_THE_NETWORK))
        if asked == self._network_asked:
            return
        self._network_asked = asked
        samples = self.data.value[0]

        def summarize() -> Any:
            from desktop_app.engine.preview import look_at_network

            return look_at_network(experiment, registry, samples)

        self.network.ask(summarize)


def _text(values: Any) -> str:
    return json.dumps(values, sort_keys=True, default=str)
