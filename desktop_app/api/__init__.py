"""What the author of a plugin imports; nothing else of Downslope need be known.

A plugin is one Python file with a function that is marked ``@hookimpl``, named after a hook of ``hookspecs.py``, and
returns one contribution of ``contributions.py`` or several. The built-in plugins are written against this same page.

May import: ``desktop_app.errors`` and, once one of its functions is used, ``desktop_app.reading``. Importing it imports
neither torch nor Qt, nor NumPy, Pillow or Polars. Read first: ``hookspecs.py``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from desktop_app.api.adapting import adapted
from desktop_app.api.contributions import (
    Activation,
    Backbone,
    Contribution,
    DataSource,
    Initializer,
    Network,
    Normalization,
    Optimizer,
    OutOfRangeWarning,
    Schedule,
    Tracker,
)
from desktop_app.api.distributions import Distribution, fill_random
from desktop_app.api.forms import Form, refuse_options
from desktop_app.api.hub import cached_weights, fetch_weights
from desktop_app.api.layers import check_dropout, check_widths, dense_layers, needs_bias
from desktop_app.api.markers import Range, hookimpl
from desktop_app.api.networks import BuiltBackbone, Parts, PictureRule, SplitNetwork
from desktop_app.api.parameters import Parameter
from desktop_app.api.samples import ProblemReport, Samples, Table
from desktop_app.api.tensors import fan_in_and_out, fused_kernels
from desktop_app.api.trackers import RunDescription, RunTracker
from desktop_app.api.weights import load_weights, read_weights, weights_report
from desktop_app.api.weights_report import WeightsReport
from desktop_app.errors import DataError, PluginError, did_you_mean

if TYPE_CHECKING:
    from desktop_app.api.archives import unpacked
    from desktop_app.api.update_rules import UpdateRule, adam_step, with_decay
    from desktop_app.reading.column_types import Column, column_kinds
    from desktop_app.reading.dates import DatePart, date_parts
    from desktop_app.reading.label_file import Labels, matched_files, read_labels
    from desktop_app.reading.picture_files import picture_files, picture_names
    from desktop_app.reading.picture_folders import label_file_of
    from desktop_app.reading.pictures import check_picture, fit_picture, read_picture
    from desktop_app.reading.resources import resource_file
    from desktop_app.reading.tables import as_numbers, as_texts, encode, read_frame, some_of, vocabulary

__all__ = [
    "Activation",
    "Backbone",
    "BuiltBackbone",
    "Column",
    "Contribution",
    "DataError",
    "DataSource",
    "DatePart",
    "Distribution",
    "Form",
    "Initializer",
    "Labels",
    "Network",
    "Normalization",
    "Optimizer",
    "OutOfRangeWarning",
    "Parameter",
    "Parts",
    "PictureRule",
    "PluginError",
    "ProblemReport",
    "Range",
    "RunDescription",
    "RunTracker",
    "Samples",
    "Schedule",
    "SplitNetwork",
    "Table",
    "Tracker",
    "UpdateRule",
    "WeightsReport",
    "adam_step",
    "adapted",
    "as_numbers",
    "as_texts",
    "cached_weights",
    "check_dropout",
    "check_picture",
    "check_widths",
    "column_kinds",
    "date_parts",
    "dense_layers",
    "did_you_mean",
    "encode",
    "fan_in_and_out",
    "fetch_weights",
    "fill_random",
    "fit_picture",
    "fused_kernels",
    "hookimpl",
    "label_file_of",
    "load_weights",
    "matched_files",
    "needs_bias",
    "picture_files",
    "picture_names",
    "read_frame",
    "read_labels",
    "read_picture",
    "read_weights",
    "refuse_options",
    "resource_file",
    "some_of",
    "unpacked",
    "vocabulary",
    "weights_report",
    "with_decay",
]

_LATER = {
    "Column": "desktop_app.reading.column_types",
    "DatePart": "desktop_app.reading.dates",
    "Labels": "desktop_app.reading.label_file",
    "UpdateRule": "desktop_app.api.update_rules",
    "adam_step": "desktop_app.api.update_rules",
    "as_numbers": "desktop_app.reading.tables",
    "as_texts": "desktop_app.reading.tables",
    "check_picture": "desktop_app.reading.pictures",
    "column_kinds": "desktop_app.reading.column_types",
    "date_parts": "desktop_app.reading.dates",
    "encode": "desktop_app.reading.tables",
    "fit_picture": "desktop_app.reading.pictures",
    "label_file_of": "desktop_app.reading.picture_folders",
    "matched_files": "desktop_app.reading.label_file",
    "picture_files": "desktop_app.reading.picture_files",
    "picture_names": "desktop_app.reading.picture_files",
    "read_frame": "desktop_app.reading.tables",
    "read_labels": "desktop_app.reading.label_file",
    "read_picture": "desktop_app.reading.pictures",
    "resource_file": "desktop_app.reading.resources",
    "some_of": "desktop_app.reading.tables",
    "unpacked": "desktop_app.api.archives",
    "vocabulary": "desktop_app.reading.tables",
    "with_decay": "desktop_app.api.update_rules",
}


def __getattr__(name: str) -> Any:
    """Load what imports torch or reads files when it is first asked for; most plugins never do."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
