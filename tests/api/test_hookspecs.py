"""The seam is whole: every hook has its contribution and says what it wants, and importing it costs nothing."""

import inspect
import subprocess
import sys

import pytest

import desktop_app.api
from desktop_app.api import hookspecs
from desktop_app.api.contributions import KINDS, Contribution
from desktop_app.registry.loading import KIND_OF_HOOK

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("register_")}
HEAVY = ("torch", "numpy", "PIL", "polars", "PySide6", "onnxruntime", "timm")


def test_every_hook_has_a_contribution_class_and_the_other_way_round() -> None:
    assert set(HOOKS) == {kind.HOOK for kind in KINDS} == set(KIND_OF_HOOK)
    assert set(KINDS) == set(Contribution.__subclasses__())


def test_every_hook_says_what_it_returns_and_shows_the_class() -> None:
    for kind in KINDS:
        assert f"{kind.__name__}(" in (inspect.getdoc(HOOKS[kind.HOOK]) or "")
        assert kind.__name__ in str(inspect.signature(HOOKS[kind.HOOK]).return_annotation)


def test_no_hook_takes_an_argument() -> None:
    assert [name for name, hook in HOOKS.items() if inspect.signature(hook).parameters] == []


def test_a_specification_is_never_called() -> None:
    for hook in HOOKS.values():
        with pytest.raises(AssertionError, match="never called"):
            hook()


def test_every_promised_name_is_there() -> None:
    assert [name for name in desktop_app.api.__all__ if not hasattr(desktop_app.api, name)] == []
    assert desktop_app.api.__all__ == sorted(desktop_app.api.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Optimiser'"):
        _ = desktop_app.api.Optimiser


@pytest.mark.parametrize("module", ["desktop_app", "desktop_app.api", "desktop_app.store.run_folder"])
def test_importing_brings_in_nothing_heavy(module: str) -> None:
    forbidden = [name for name in HEAVY if not (name == "numpy" and "store" in module)]
    program = f"import sys, {module}; print([name for name in {forbidden} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
