"""``downslope plugins new`` writes a plugin that ``downslope plugins check`` passes; a broken one fails, by name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

BROKEN = Path(__file__).parents[1] / "helpers" / "broken_plugins"


def test_a_new_plugin_is_listed_and_passes_its_checks(downslope: Callable[..., Any], home: Path) -> None:
    written = downslope("plugins", "new", "optimizer", "my_rule", "--json")

    assert written.status == 0
    assert written.json["path"] == str(home / "plugins" / "my_rule.py")
    assert Path(written.json["test"]).is_file()
    assert f"downslope plugins check {written.json['path']}" in written.err

    checked = downslope("plugins", "check", "my_rule", "--json")

    assert checked.status == 0
    assert all(set(check) == {"check", "passed", "detail"} for check in checked.json["checks"])
    assert [check for check in checked.json["checks"] if not check["passed"]] == []
    # While it works, progress goes to standard error: the result is the last line alone.
    assert len(checked.out.splitlines()) == 1
    assert "state_dict goes there and back" in checked.err


def test_each_check_is_shown_with_what_came_of_it(downslope: Callable[..., Any]) -> None:
    said = downslope("plugins", "check", BROKEN / "wrong_gradient.py")

    assert said.status == 1
    lines = said.out.splitlines()
    assert f"✓ imports cleanly: {BROKEN / 'wrong_gradient.py'}" in lines
    assert any(line.startswith("✗ gradient: at x = 6.01 its backward pass gives 6.014") for line in lines)
    assert said.sentence == f"1 of {len(lines)} checks failed: gradient."


def test_a_built_in_plugin_is_checked_by_its_name(downslope: Callable[..., Any]) -> None:
    said = downslope("plugins", "check", "lecun")

    assert said.status == 0
    assert said.out.splitlines()[-1] == f"All {len(said.out.splitlines()) - 1} checks passed."


def test_out_says_where_both_files_go(downslope: Callable[..., Any], home: Path, tmp_path: Path) -> None:
    said = downslope("plugins", "new", "schedule", "mine", "--out", tmp_path / "new")

    assert said.status == 0
    assert said.out.splitlines() == [str(tmp_path / "new" / "mine.py"), str(tmp_path / "new" / "test_mine.py")]
    assert f"put mine.py into the plugin folder: {home / 'plugins'}" in said.err
    assert not (home / "plugins").exists()


def test_a_taken_name_and_an_unknown_kind_are_refused(downslope: Callable[..., Any]) -> None:
    taken = downslope("plugins", "new", "optimizer", "adam")
    unknown = downslope("plugins", "new", "optimiser", "mine")

    assert taken.status == 1
    assert 'The name of the optimizer "adam" is taken by the built-in plugin adam (' in taken.sentence
    assert unknown.status == 2
    assert "invalid choice: 'optimiser'" in unknown.err


def test_there_is_nothing_to_check_where_there_is_no_plugin(downslope: Callable[..., Any]) -> None:
    said = downslope("plugins", "check", "adamm", "--json")

    assert said.status == 1
    assert said.sentence.startswith('There is no plugin "adamm", and no such file. Did you mean "adam"?')
