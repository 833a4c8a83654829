"""Plugins come from three sources and nowhere else."""

import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.registry import PluginRecord, Registry, load_plugins
from desktop_app.registry.discovery import built_in_modules, user_candidates

ONE = """
@hookimpl
def register_activations():
    return Activation("{name}", torch.nn.ReLU, summary="{summary}")
"""


def test_the_built_in_modules_are_the_files_in_the_plugins_folder() -> None:
    root = Path(importlib.import_module("desktop_app.plugins").__path__[0])
    files = [file for file in root.glob("*/*.py") if file.name != "__init__.py"]

    assert built_in_modules() == sorted(f"desktop_app.plugins.{file.parent.name}.{file.stem}" for file in files)


def test_a_file_in_the_users_folder_is_a_plugin(
    write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord]
) -> None:
    file = write("soft-step.py", ONE.format(name="soft_step", summary=""))

    record = record_of("soft-step")

    assert (record.status, record.source, record.origin) == ("ok", "user", str(file))
    assert [contribution.name for contribution in record.contributions] == ["soft_step"]
    assert record.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_several_contributions_of_several_kinds_come_in_their_order(
    write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord]
) -> None:
    write(
        "many.py",
        """
        @hookimpl
        def register_optimizers():
            return (Optimizer(name, torch.optim.SGD) for name in ("z", "y"))

        @hookimpl
        def register_activations():
            return [Activation("b", torch.nn.ReLU), Activation("a", torch.nn.ReLU)]
        """,
    )

    names = [str(contribution) for contribution in record_of("many").contributions]

    assert names == ['activation "b"', 'activation "a"', 'optimizer "z"', 'optimizer "y"']


def test_a_package_may_import_from_its_own_modules_and_is_read_afresh(
    write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord]
) -> None:
    body = "from .inner import SUMMARY\n" + ONE.format(name="packed", summary="").replace('""', "SUMMARY")
    write("packed/__init__.py", body)
    write("packed/inner.py", "SUMMARY = 'before'")
    assert record_of("packed").contributions[0].summary == "before"

    write("packed/inner.py", "SUMMARY = 'afterwards'")

    assert record_of("packed").contributions[0].summary == "afterwards"


def test_hidden_names_other_files_and_folders_without_code_are_left_out(folder: Path) -> None:
    for name in ("_private.py", ".hidden.py", "notes.txt", "weights.pth", "lion.py"):
        (folder / name).touch()
    (folder / "__pycache__").mkdir()
    (folder / "pictures").mkdir()

    assert [candidate.name for candidate in user_candidates(folder)] == ["lion"]


def test_a_users_folder_that_is_not_there_holds_no_plugins(tmp_path: Path) -> None:
    assert list(user_candidates(tmp_path / "nowhere")) == []


def test_a_project_never_brings_code_along(
    write: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "evil.py").write_text("raise AssertionError('imported')")
    (tmp_path / "evil.py").write_text("raise AssertionError('imported')")

    assert not [record for record in load_plugins().plugins if record.source != "built-in"]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: Registry) -> Iterator[Callable[..., Path]]:
    """Give an installer of a distribution with one module and its entry points, as pip leaves them."""
    site = tmp_path / "site-packages"

    def install_distribution(module: str, body: str, entry_points: str) -> Path:
        metadata = site / f"{module}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[downslope]\n{entry_points}\n")
        head = "import torch\nfrom desktop_app.api import Activation, hookimpl\n"
        (site / f"{module}.py").write_text(head + body)
        monkeypatch.syspath_prepend(str(site))
        return site / f"{module}.py"

    yield install_distribution
    for name in [name for name in sys.modules if name.startswith("entry_")]:
        del sys.modules[name]


def test_an_installed_package_brings_plugins_by_entry_points(install: Callable[..., Path]) -> None:
    file = install("entry_good", ONE.format(name="entered", summary="From afar"), "good = entry_good")

    loaded = load_plugins()

    (record,) = [record for record in loaded.plugins if record.source == "installed"]
    assert (record.name, record.status, record.origin) == ("good", "ok", "entry_good")
    assert record.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert loaded.activations["entered"].summary == "From afar"
    card = loaded.catalogue().card("activation", "entered")
    assert card is not None
    assert card.source == "installed"


def test_an_entry_point_that_leads_nowhere_is_listed_with_its_reason(install: Callable[..., Path]) -> None:
    install("entry_bad", "raise OSError('no licence')\n", "bad = entry_bad\ngone = entry_gone")

    errors = {record.name: record.error for record in load_plugins().plugins if record.source == "installed"}

    assert errors == {
        "bad": "OSError: no licence",
        "gone": "ModuleNotFoundError: No module named 'entry_gone'",
    }
