"""Where Downslope keeps what belongs to the person who uses it.

``DOWNSLOPE_HOME`` overrides every folder at once: ``plugins/``, ``cache/``, ``logs/`` and ``runs/`` then lie below it,
and the files of settings in it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Folders:
    """The user's folders; none of them is created before something is written into it."""

    plugins: Path
    cache: Path
    logs: Path
    runs: Path
    settings: Path


def user_folders() -> Folders:
    """Return the folders that the environment asks for, now."""
    home = os.environ.get("DOWNSLOPE_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Folders(root / "plugins", root / "cache", root / "logs", root / "runs", root)
    directories = platformdirs.PlatformDirs("Downslope", appauthor=False)
    return Folders(
        plugins=directories.user_data_path / "plugins",
        cache=directories.user_cache_path,
        logs=directories.user_log_path,
        runs=directories.user_documents_path / "Downslope" / "runs",
        settings=directories.user_config_path,
    )
