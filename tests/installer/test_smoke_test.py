"""The smoke test must be able to fail: it is shown programs that do not do their work."""

import json
import shlex
import sys

import pytest

from desktop_app import __version__
from installer import smoke_test

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs shown are shell scripts")


@pytest.fixture
def program(tmp_path):
    """Return a function that makes a program which says ``output`` and ends with ``status``."""

    def make(output, status=0):
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        command = folder / "downslope"
        command.write_text(f"#!/bin/sh\nprintf '%s\\n' {shlex.quote(output)}\necho told >&2\nexit {status}\n")
        command.chmod(0o755)
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        return smoke_test.Frozen(folder, home)

    return make


def demo_answer(accuracy, passed):
    return json.dumps({"accuracy": accuracy, "parity": {"passed": passed, "max_abs_diff": 1e-6}})


def test_the_right_version_passes_and_another_does_not(program):
    assert __version__ in smoke_test.same_version(program(f"downslope {__version__}"))
    with pytest.raises(smoke_test.SmokeTestError, match="the version is not downslope"):
        smoke_test.same_version(program("downslope 99.0"))


def test_a_program_without_the_sources_plugins_fails(program):
    frozen = program(json.dumps({"plugins": [{"name": "adam", "kind": "optimizer", "file": "/somewhere"}]}))
    with pytest.raises(smoke_test.SmokeTestError, match="rows differ from the source's"):
        smoke_test.same_plugins(frozen)


def test_a_demo_passes_only_when_it_learned_and_exported(program):
    assert "accuracy 0.860" in smoke_test.demo_passes(program(demo_answer(0.86, True)))
    with pytest.raises(smoke_test.SmokeTestError, match=r"accuracy 0\.1, wanted 0\.75"):
        smoke_test.demo_passes(program(demo_answer(0.1, True)))
    with pytest.raises(smoke_test.SmokeTestError, match="the export differs"):
        smoke_test.demo_passes(program(demo_answer(0.86, False)))


def test_a_program_that_fails_is_quoted(program):
    with pytest.raises(smoke_test.SmokeTestError, match="status 3: told"):
        program("{}", status=3).run("demo")


def test_an_answer_that_is_no_json_is_quoted(program):
    with pytest.raises(smoke_test.SmokeTestError, match="no JSON object: 'hello"):
        program("hello").json("runs")


def test_a_folder_without_the_libraries_that_are_loaded_by_name_fails(program):
    with pytest.raises(smoke_test.SmokeTestError, match=r"missing: .*torchvision"):
        smoke_test.has_every_library(program(""))


def test_the_program_gets_nothing_of_the_python_that_tests_it(program, monkeypatch):
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "QT_QPA_PLATFORM"):
        monkeypatch.setenv(name, "/somewhere")
    frozen = program("")
    environment = frozen.environment(DISPLAY=":5")
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "QT_QPA_PLATFORM"} & set(environment)
    assert environment["DOWNSLOPE_HOME"] == environment["HOME"] == str(frozen.home)
    assert environment["DISPLAY"] == ":5"
