"""What ``plugins new`` writes passes as it is, under any name that it does not refuse."""

import ast
import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.api.contributions import KINDS
from desktop_app.errors import PluginError
from desktop_app.registry import Registry, load_plugins
from desktop_app.registry.conformance import check_plugin, contributions_of
from desktop_app.registry.templates import KIND_NAMES, check_name, refuse_taken_name, write_plugin


def test_there_is_a_template_for_every_kind() -> None:
    assert {kind.KIND for kind in KINDS} == set(KIND_NAMES)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_new_plugin_passes_every_check_and_is_what_was_asked_for(
    kind: str, tmp_path: Path, registry: Registry
) -> None:
    plugin, _ = write_plugin(kind, f"my_{kind}", tmp_path)

    checks = list(check_plugin(plugin, registry))

    assert [check for check in checks if not check.passed] == []
    (made,) = contributions_of(plugin)
    assert (made.KIND, made.name) == (kind, f"my_{kind}")
    assert made.title == f"My {kind.replace('_', ' ')}"
    assert f"new_{kind}" not in plugin.read_text(encoding="utf-8")


def test_the_tests_that_are_written_pass_from_the_plugin_folder_and_from_any_other(home: Path, tmp_path: Path) -> None:
    written = [write_plugin(kind, f"my_{kind}", home / "plugins")[1] for kind in KIND_NAMES]
    written.append(write_plugin("schedule", "elsewhere", tmp_path)[1])
    assert {test.parent for test in written} == {home / "plugins" / "_tests", tmp_path}
    told = io.StringIO()

    options = ["-q", "-c", str(tmp_path / "none.ini"), "--rootdir", str(tmp_path), "--import-mode=importlib"]
    plain = ["-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist"]
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    with contextlib.redirect_stdout(told):
        status = pytest.main([*options, *plain, *map(str, written)])

    assert status == 0, told.getvalue()


def test_what_lies_in_the_folder_of_tests_is_taken_for_no_plugin(home: Path) -> None:
    write_plugin("activation", "mine", home / "plugins")

    found = [record for record in load_plugins().plugins if record.source == "user"]

    assert [(record.name, record.status) for record in found] == [("mine", "ok")]


@given(name=st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), kind=st.sampled_from(KIND_NAMES))
def test_any_name_gives_two_files_of_python_with_that_name(
    name: str, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("named")
    try:
        plugin, test = write_plugin(kind, name, folder)
    except PluginError:
        assert list(folder.iterdir()) == []  # refused before anything was written
        return
    assert (plugin.name, test.name) == (f"{name}.py", f"test_{name}.py")
    for path in (plugin, test):
        ast.parse(path.read_text(encoding="utf-8"))
    assert f'"{name}",' in plugin.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("optimiser", "mine", 'no kind of plugin "optimiser". Kinds: initializer, '),
        ("optimizer", "Mine", "use small letters, digits and _, a letter first, at most 60"),
        ("optimizer", "my-rule", "use small letters"),
        ("optimizer", "../mine", "use small letters"),
        ("optimizer", "_mine", "use small letters"),
        ("optimizer", "a" * 61, "use small letters"),
        ("optimizer", "lambda", "is a word of Python's own"),
        ("optimizer", "random", "is the name of an installed Python module"),
        ("optimizer", "nul", "or a device"),
        ("optimizer", "optimizer", "would clash with a name in the file"),
        ("optimizer", "weight", "would clash with a name in the file"),
        ("data_source", "samples", "would clash with a name in the file"),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(kind: str, name: str, said: str) -> None:
    with pytest.raises(PluginError, match=r"\.$|\?$") as refused:
        check_name(kind, name)

    assert said in str(refused.value)


def test_a_taken_name_is_refused_with_its_owner(home: Path) -> None:
    plugin, _ = write_plugin("activation", "mine", home / "plugins")

    with pytest.raises(PluginError, match=r'the activation "relu" is taken by the built-in plugin relu \('):
        refuse_taken_name("activation", "relu")
    with pytest.raises(PluginError) as refused:
        refuse_taken_name("activation", "mine")
    assert f'"mine" is taken by the user plugin mine ({plugin})' in str(refused.value)
    refuse_taken_name("optimizer", "relu")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    plugin, test = write_plugin("activation", "mine", tmp_path)
    plugin.write_text("mine", encoding="utf-8")

    with pytest.raises(PluginError, match="is already there and is not written over"):
        write_plugin("activation", "mine", tmp_path)
    assert plugin.read_text(encoding="utf-8") == "mine"

    plugin.unlink()
    with pytest.raises(PluginError, match=r"test_mine\.py is already there"):
        write_plugin("activation", "mine", tmp_path)
    assert not plugin.exists()
    assert test.exists()


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PluginError, match=f"The plugin cannot be written to {tmp_path / 'file' / 'below'}"):
        write_plugin("activation", "mine", tmp_path / "file" / "below")
