"""A reload makes a new registry of what changed; whoever holds the old one keeps what it had."""

import copy
import hashlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from desktop_app.registry import Registry, load_plugins, reload_plugins
from desktop_app.registry.switches import Switches

Write = Callable[[str, str], Path]

RULE = """
class Rule(torch.optim.SGD):
    def __init__(self, params, lr: float = {lr}):
        super().__init__(params, lr=lr)

@hookimpl
def register_optimizers():
    return Optimizer("rule", Rule, summary="{summary}")
"""


def rule(lr: float = 0.1, summary: str = "") -> str:
    return RULE.format(lr=lr, summary=summary)


def default_of(registry: Registry) -> object:
    return registry.optimizers["rule"].parameters[0].default


def record_of(registry: Registry, name: str):
    return next(record for record in registry.plugins if record.key == ("user", name))


def test_only_what_changed_is_loaded_anew_and_the_old_registry_stays_as_it_is(write: Write) -> None:
    write("rule.py", rule(0.1))
    write("other.py", '@hookimpl\ndef register_activations():\n    return Activation("other", torch.nn.ReLU)')
    before = load_plugins()

    write("rule.py", rule(0.2))
    reloaded = reload_plugins(before)

    assert default_of(before) == 0.1
    assert default_of(reloaded.registry) == 0.2
    assert reloaded.changed == {("optimizer", "rule")}
    assert reloaded.registry.activations["other"] is before.activations["other"]
    assert reloaded.registry.optimizers["adam"] is before.optimizers["adam"]
    assert reloaded.news == ('Optimizer "rule": brought up to date.',)
    assert list(reloaded.registry.optimizers) == list(before.optimizers)


def test_where_nothing_changed_the_registry_is_the_same(write: Write) -> None:
    write("rule.py", rule())
    write("broken.py", "raise ValueError")
    before = load_plugins()

    reloaded = reload_plugins(before)

    assert reloaded.registry is before
    assert (reloaded.changed, reloaded.news, reloaded.failed) == (frozenset(), (), False)


def test_two_saves_of_one_size_within_a_second_are_two_versions(write: Write) -> None:
    registry = None
    for digit in range(1, 6):
        write("rule.py", rule(digit / 10))
        registry = load_plugins() if registry is None else reload_plugins(registry).registry
        assert default_of(registry) == digit / 10


def test_a_change_inside_a_package_is_one_of_the_plugin(write: Write, folder: Path) -> None:
    write("packed/__init__.py", "from .inner import LR\n" + rule().replace("0.1", "LR"))
    registry = None
    for digit in range(1, 5):
        (folder / "packed" / "inner.py").write_text(f"LR = 0.{digit}", encoding="utf-8")
        registry = load_plugins() if registry is None else reload_plugins(registry).registry
        assert default_of(registry) == digit / 10


def test_a_broken_save_keeps_the_last_good_version_until_it_is_mended(write: Write) -> None:
    file = write("rule.py", rule(0.1))
    good = hashlib.sha256(file.read_bytes()).hexdigest()
    registry = load_plugins()

    write("rule.py", rule(0.2) + "\nraise ValueError('half a thought')")
    broken = reload_plugins(registry)

    record = record_of(broken.registry, "rule")
    assert (record.status, record.error) == ("failed", "ValueError: half a thought (line 13)")
    assert record.sha256 == good  # what a run writes down is the version that it runs
    assert default_of(broken.registry) == 0.1
    assert broken.changed == frozenset()
    assert broken.failed
    assert broken.news == (
        "rule.py has an error: ValueError: half a thought (line 13); the last good version stays in use.",
    )
    # Broken once more, by an import that would end the program: still the last good one.
    write("rule.py", "import os\nos._exit(1)")
    worse = reload_plugins(broken.registry)
    assert "ended the whole program" in record_of(worse.registry, "rule").error
    assert default_of(worse.registry) == 0.1

    write("rule.py", rule(0.3))
    mended = reload_plugins(worse.registry)

    assert record_of(mended.registry, "rule").status == "ok"
    assert default_of(mended.registry) == 0.3


def test_a_file_that_goes_takes_what_it_contributed_along(write: Write) -> None:
    file = write("rule.py", rule())
    before = load_plugins()

    file.unlink()
    reloaded = reload_plugins(before)

    assert "rule" not in reloaded.registry.optimizers
    assert "rule" in before.optimizers
    assert reloaded.changed == {("optimizer", "rule")}
    assert reloaded.news == ("The plugin rule was taken away.",)


def test_a_broken_version_that_goes_takes_the_last_good_one_along(write: Write) -> None:
    file = write("rule.py", rule())
    before = load_plugins()
    write("rule.py", "raise ValueError")
    broken = reload_plugins(before).registry

    file.unlink()

    assert "rule" not in reload_plugins(broken).registry.optimizers


def test_a_name_that_becomes_free_is_given_to_the_plugin_that_failed_for_it(write: Write) -> None:
    first = write("a_first.py", rule(0.1))
    write("b_second.py", rule(0.2))
    before = load_plugins()
    assert record_of(before, "b_second").status == "failed"

    first.unlink()
    after = reload_plugins(before).registry

    assert record_of(after, "b_second").status == "ok"
    assert default_of(after) == 0.2


def test_a_last_good_version_does_not_hold_a_name_against_the_one_before_it_in_the_folder(write: Write) -> None:
    write("b_second.py", rule(0.2))
    before = load_plugins()

    write("a_first.py", rule(0.1))
    after = reload_plugins(before).registry

    assert default_of(after) == 0.1
    assert "is taken by the user plugin a_first" in record_of(after, "b_second").error


def test_disabling_and_enabling_is_a_change(write: Write, home: Path) -> None:
    write("rule.py", rule())
    before = load_plugins()
    Switches(home).disable(("user", "rule"), before.loaded(("user", "rule")).things)

    off = reload_plugins(before)

    assert "rule" not in off.registry.optimizers
    assert off.news == ("The plugin rule is disabled now.",)
    assert off.registry.optimizers.installed("rule") == (
        "The plugin rule has it; it is disabled. To use it again: downslope plugins enable rule"
    )
    Switches(home).enable(("user", "rule"))
    on = reload_plugins(off.registry)
    assert on.news == ('The plugin rule can be used now: optimizer "rule".',)
    assert "rule" in on.registry.optimizers


def test_what_failed_elsewhere_is_tried_again_when_asked(write: Write, folder: Path) -> None:
    (folder / "gate").write_text("closed", encoding="utf-8")
    gate = "import os, pathlib\nif (pathlib.Path(__file__).parent / 'gate').exists():\n    os._exit(9)\n"
    (folder / "rule.py").write_text(gate + "import torch\nfrom desktop_app.api import *\n" + rule(), encoding="utf-8")
    before = load_plugins()
    assert record_of(before, "rule").status == "failed"
    (folder / "gate").unlink()

    assert reload_plugins(before).registry is before
    assert record_of(reload_plugins(before, again=True).registry, "rule").status == "ok"


def test_what_an_old_version_made_lives_on_beside_the_new_one(write: Write) -> None:
    write("rule.py", rule(0.1))
    before = load_plugins()
    weight = torch.nn.Parameter(torch.ones(2))
    running = before.optimizers["rule"].create([weight])

    write("rule.py", rule(0.5))
    after = reload_plugins(before).registry

    again = pickle.loads(pickle.dumps(running))
    assert type(again) is type(running) is type(copy.deepcopy(running))
    assert type(after.optimizers["rule"].create([weight])) is not type(running)
    assert before.optimizers["rule"].create([weight]).defaults["lr"] == 0.1
    assert sys.modules[type(running).__module__].Rule is type(running)


def test_a_users_plugin_replaces_a_built_in_that_gives_way_and_gives_the_place_back(
    write: Write, registry: Registry
) -> None:
    built_in = registry.optimizers["lion"]
    file = write("mine.py", rule().replace('"rule"', '"lion"'))

    loaded = load_plugins()

    assert loaded.optimizers["lion"].factory is not built_in.factory
    assert record_of(loaded, "mine").status == "ok"
    (owner,) = [record for record in loaded.plugins if record.key == ("built-in", "lion")]
    assert (owner.status, owner.contributions, owner.withheld) == ("ok", (), (("optimizer", "lion"),))
    assert owner.note == f'The user plugin mine ({file}) takes the place of its optimizer "lion".'
    card = loaded.catalogue().card("optimizer", "lion")
    assert card is not None
    assert card.source == "user"
    assert sorted(loaded.optimizers) == sorted(registry.optimizers)

    file.unlink()
    back = reload_plugins(loaded)

    assert back.registry.optimizers["lion"].factory is built_in.factory
    assert back.changed == {("optimizer", "lion")}


def test_two_plugins_of_the_user_do_not_share_even_a_name_that_a_built_in_gives_way_with(write: Write) -> None:
    write("a_first.py", rule().replace('"rule"', '"lion"'))
    write("b_second.py", rule().replace('"rule"', '"lion"'))

    assert "is taken by the user plugin a_first" in record_of(load_plugins(), "b_second").error


def test_a_hook_with_nothing_to_offer_here_is_no_failure(write: Write) -> None:
    write("adapter.py", "@hookimpl\ndef register_optimizers():\n    return []")

    record = record_of(load_plugins(), "adapter")

    assert (record.status, record.contributions) == ("ok", ())
    assert record.note.startswith("It contributes nothing here")


@pytest.mark.parametrize("text", ["{", "[]", '{"disabled": 3}', '{"disabled": [3, {"source": 1}, {"name": "x"}]}', ""])
def test_a_broken_file_of_switches_disables_nobody(text: str, home: Path, tmp_path: Path) -> None:
    (home / "disabled_plugins.json").write_text(text, encoding="utf-8")

    assert list(Switches(home)) == []
