"""Where the files that ship with Downslope lie: inside the installed package, or beside it in a checkout."""

import importlib.util
from pathlib import Path

from desktop_app.errors import DataError


def resource_file(name: str) -> Path:
    """Return the path of a file below ``resources/``, such as ``"sample/fashion_mnist_small.zip"``.

    Raises: ``DataError`` where it is missing, which only a damaged installation brings about.
    """
    for folder in _resource_folders():
        found = folder / name
        if found.exists():
            return found
    raise DataError(f'The file "{name}", which is part of Downslope, is missing; install Downslope again.')


def _resource_folders() -> list[Path]:
    spec = importlib.util.find_spec("desktop_app.resources")
    installed = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    # In a checkout that was never installed nothing maps the top-level folder into the package.
    return [*installed, Path(__file__).parents[2] / "resources"]
