"""What the author of a plugin imports; nothing else of Downslope need be known.

A plugin is one Python file with a function that is marked ``@hookimpl``, named after a hook of ``hookspecs.py``, and
returns one contribution of ``contributions.py`` or several. The built-in plugins are written against this same page.

May import: ``desktop_app.errors`` and, once one of its functions is used, ``desktop_app.reading``. Importing it imports
neither torch nor Qt, nor NumPy, Pillow or Polars. Read first: ``hookspecs.py``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
)
from desktop_app.api.distributions import Distribution, fill_random
from desktop_app.api.layers import check_dropout, check_widths, dense_layers, needs_bias
from desktop_app.api.markers import Range, hookimpl
from desktop_app.api.networks import BuiltBackbone, Parts, PictureRule, SplitNetwork
from desktop_app.api.parameters import Parameter
from desktop_app.api.samples import ProblemReport, Samples, Table
from desktop_app.api.tensors import fan_in_and_out, fused_kernels
from desktop_app.api.weights import load_weights, read_weights
from desktop_app.errors import DataError, PluginError, did_you_mean

if TYPE_CHECKING:
    from desktop_app.reading.pictures import check_picture, fit_picture, picture_files, read_picture
    from desktop_app.reading.resources import resource_file
    from desktop_app.reading.tables import as_numbers, as_texts, column_kinds, encode, read_frame, vocabulary

__all__ = [
    "Activation",
    "Backbone",
    "BuiltBackbone",
    "Contribution",
    "DataError",
    "DataSource",
    "Distribution",
    "Initializer",
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
    "Samples",
    "Schedule",
    "SplitNetwork",
    "Table",
    "as_numbers",
    "as_texts",
    "check_dropout",
    "check_picture",
    "check_widths",
    "column_kinds",
    "dense_layers",
    "did_you_mean",
    "encode",
    "fan_in_and_out",
    "fill_random",
    "fit_picture",
    "fused_kernels",
    "hookimpl",
    "load_weights",
    "needs_bias",
    "picture_files",
    "read_frame",
    "read_picture",
    "read_weights",
    "resource_file",
    "vocabulary",
]

_READING = {
    "as_numbers": "tables",
    "as_texts": "tables",
    "check_picture": "pictures",
    "column_kinds": "tables",
    "encode": "tables",
    "fit_picture": "pictures",
    "picture_files": "pictures",
    "read_frame": "tables",
    "read_picture": "pictures",
    "resource_file": "resources",
    "vocabulary": "tables",
}


def __getattr__(name: str) -> Any:
    """Load what reads files when it is first asked for; most plugins never do."""
    if name not in _READING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"desktop_app.reading.{_READING[name]}"), name)
