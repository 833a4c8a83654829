"""A plugin that fails is listed with its reason, and hides nobody else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.registry import PluginRecord, Registry, load_plugins, trial

GOOD = """
@hookimpl
def register_activations():
    return Activation("good", torch.nn.ReLU)
"""

# What stands in the file, and what the record says about it.
BROKEN = {
    "imports what is not there": (
        "import no_such_module",
        "ModuleNotFoundError: No module named 'no_such_module' (line 4)",
    ),
    "raises": ("raise ValueError('first\\nsecond')", "ValueError: first second (line 4)"),
    "raises without a word": ("assert False", "AssertionError: nothing more was said (line 4)"),
    "is no Python": ("def broken(:\n    pass", "SyntaxError: invalid syntax (line 4)"),
    "is indented wrongly": ("if True:\npass", "IndentationError: expected an indented block"),
    "ends the program": (
        "import sys; sys.exit(3)",
        "SystemExit: it asks for the program's end when it is imported (line 4)",
    ),
    "misspells its hook": (
        "@hookimpl\ndef register_optimizer():\n    return Optimizer('x', torch.optim.SGD)",
        'there is no hook "register_optimizer". Did you mean "register_optimizers"?',
    ),
    "asks its hook for an argument": (
        "@hookimpl\ndef register_optimizers(registry):\n    return Optimizer('x', torch.optim.SGD)",
        "Argument(s) {'registry'} are declared in the hookimpl but can not be found in the hookspec",
    ),
    "raises in its hook": (
        "@hookimpl\ndef register_optimizers():\n    return 1 / 0",
        "ZeroDivisionError: division by zero (line 6)",
    ),
    "raises half-way": (
        "@hookimpl\ndef register_optimizers():\n    yield Optimizer('x', torch.optim.SGD)\n    1 / 0",
        "ZeroDivisionError: division by zero (line 7)",
    ),
    "takes a taken name": (
        "@hookimpl\ndef register_optimizers():\n    return Optimizer('adam', torch.optim.SGD)",
        'the name of its optimizer "adam" is taken by the built-in plugin adam (',
    ),
    "registers twice": (
        "@hookimpl\ndef register_optimizers():\n    return [Optimizer('x', torch.optim.SGD)] * 2",
        'it registers the optimizer "x" twice.',
    ),
    "returns another kind": (
        "@hookimpl\ndef register_optimizers():\n    return Activation('x', torch.nn.ReLU)",
        "register_optimizers must return Optimizer(...), it returned Activation(name='x'",
    ),
    "returns a class": (
        "@hookimpl\ndef register_optimizers():\n    return Optimizer",
        "register_optimizers must return Optimizer(...), it returned <class",
    ),
    "returns a text": (
        "@hookimpl\ndef register_optimizers():\n    return 'lion'",
        "register_optimizers must return Optimizer(...), it returned 'lion'.",
    ),
    "returns a number": (
        "@hookimpl\ndef register_optimizers():\n    return [3]",
        "register_optimizers must return Optimizer(...), it returned 3.",
    ),
    "returns nothing": ("@hookimpl\ndef register_optimizers():\n    pass", "it contributes nothing: no function"),
    "marks nothing": ("def register_optimizers():\n    return 3", "it contributes nothing: no function is marked"),
    "has no name": (
        "@hookimpl\ndef register_optimizers():\n    return Optimizer('', torch.optim.SGD)",
        "register_optimizers: a name must be a text that is not empty, got ''.",
    ),
    "is named by a number": (
        "@hookimpl\ndef register_optimizers():\n    return Optimizer(7, torch.optim.SGD)",
        "register_optimizers: a name must be a text that is not empty, got 7.",
    ),
    "has nothing to call": (
        "@hookimpl\ndef register_optimizers():\n    return Optimizer('x', 'SGD')",
        "register_optimizers: \"x\" has nothing to call, got 'SGD'.",
    ),
}


# What takes the whole program along, where nobody tries it elsewhere first.
DEADLY = {
    "loops for ever": ("\nwhile True: pass", "its import did not end within 2 seconds (an endless loop in line"),
    "loops in its hook": (
        "@hookimpl\ndef register_optimizers():\n    while True: pass",
        "its import did not end within 2 seconds (an endless loop in line 6?)",
    ),
    "ends the process": ("import os\nos._exit(3)", "its import ended the whole program (exit status 3)"),
    "crashes": (
        "import ctypes\nctypes.string_at(0)",
        "its import crashed the whole program (Segmentation fault in line",
    ),
}


@pytest.mark.parametrize("case", DEADLY)
def test_a_plugin_that_would_take_the_program_along_is_listed_with_its_reason(
    case: str, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "IMPORT_SECONDS", 2.0)
    body, reason = DEADLY[case]
    write("broken.py", body)
    write("works.py", GOOD)

    loaded = load_plugins()

    records = {record.name: record for record in loaded.plugins if record.source == "user"}
    assert records["broken"].status == "failed"
    assert reason in records["broken"].error
    assert records["works"].status == "ok"


def test_what_is_no_text_is_no_plugin(folder: Path, record_of: Callable[[str], PluginRecord]) -> None:
    (folder / "letters.py").write_bytes("name = 'München'".encode("latin-1"))
    (folder / "noise.py").write_bytes(bytes(range(256)))

    assert "'utf-8' codec can't decode byte 0xfc" in record_of("letters").error
    assert record_of("noise").status == "failed"


def test_a_file_that_cannot_be_read_is_listed_with_its_reason(
    folder: Path, record_of: Callable[[str], PluginRecord]
) -> None:
    (folder / "gone.py").symlink_to(folder / "nowhere.py")

    assert record_of("gone").error.startswith("FileNotFoundError: [Errno 2] No such file or directory")


def test_a_folder_of_python_files_without_an_init_says_what_is_missing(
    folder: Path, record_of: Callable[[str], PluginRecord]
) -> None:
    (folder / "packed").mkdir()
    (folder / "packed" / "rule.py").touch()

    assert record_of("packed").error == (
        "ImportError: the folder has no __init__.py, so it is no plugin; add one, or move its files up into the plugin "
        "folder"
    )


def test_a_file_and_a_folder_of_one_name_are_not_taken_for_one_plugin(write: Callable[[str, str], Path]) -> None:
    write("twice/__init__.py", GOOD)
    write("twice.py", GOOD.replace("good", "other"))

    records = [record for record in load_plugins().plugins if record.source == "user"]

    assert sorted(record.status for record in records) == ["failed", "ok"]
    assert 'there is another user plugin called "twice"' in " ".join(record.error for record in records)


def test_what_a_plugin_prints_goes_to_standard_error(
    write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord], capfd: pytest.CaptureFixture[str]
) -> None:
    write("chatty.py", "print('x' * 1_000_000)\n" + GOOD)

    assert record_of("chatty").status == "ok"
    shown, said = capfd.readouterr()
    assert shown == ""
    assert len(said) > 1_000_000


@pytest.mark.parametrize("case", BROKEN)
def test_a_plugin_that_fails_is_listed_with_its_reason_and_hides_nobody(
    case: str, write: Callable[[str, str], Path], registry: Registry
) -> None:
    body, reason = BROKEN[case]
    file = write("broken.py", body)
    write("works.py", GOOD)

    loaded = load_plugins()

    records = {record.name: record for record in loaded.plugins if record.source == "user"}
    assert records["broken"].status == "failed"
    assert reason in records["broken"].error
    assert "\n" not in records["broken"].error
    assert records["broken"].origin == str(file)
    assert records["broken"].contributions == ()
    assert records["works"].status == "ok"
    assert "good" in loaded.activations
    # Nothing of the plugin that failed is left behind.
    assert set(loaded.optimizers) == set(registry.optimizers)


def test_a_wish_of_the_person_to_stop_is_not_taken_for_a_failure(write: Callable[[str, str], Path]) -> None:
    write("stops.py", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load_plugins()


def test_the_first_of_two_plugins_owns_the_name(
    write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord]
) -> None:
    first = write("a_first.py", GOOD)
    write("b_second.py", GOOD)

    assert record_of("a_first").status == "ok"
    assert record_of("b_second").error == (
        f'the name of its activation "good" is taken by the user plugin a_first ({first}).'
    )


def test_a_plugin_with_one_taken_name_contributes_none_of_its_others(
    write: Callable[[str, str], Path], registry: Registry
) -> None:
    write("mixed.py", GOOD.replace('Activation("good"', '[Activation("relu", torch.nn.ReLU), Activation("fresh"') + "]")

    assert set(load_plugins().activations) == set(registry.activations)


def test_a_very_long_reason_is_cut(write: Callable[[str, str], Path], record_of: Callable[[str], PluginRecord]) -> None:
    write("wordy.py", "raise RuntimeError('no ' * 10_000)")

    assert len(record_of("wordy").error) < 400
