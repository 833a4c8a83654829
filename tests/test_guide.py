"""The author's guide is true: its plugins run as they stand in the page, and no hook, option or name is missing."""

import inspect
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import desktop_app.api
from desktop_app.api import DataError, Optimizer, hookspecs
from desktop_app.api.contributions import KINDS, Contribution
from desktop_app.command.plugins import _ACTIONS
from desktop_app.registry import Registry
from desktop_app.registry.conformance import check_plugin, contributions_of
from desktop_app.registry.templates import KIND_NAMES

GUIDE = (Path(__file__).parents[1] / "resources" / "docs" / "writing_plugins.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
NAMED = re.compile(r'return (?:Optimizer|Activation|DataSource|Tracker)\(\s*"(\w+)"')
PLUGINS = {match[1]: block for block in BLOCKS if (match := NAMED.search(block))}


@pytest.fixture
def write(tmp_path: Path):
    """Return a writer of one of the guide's plugins."""

    def written(name: str) -> Path:
        file = tmp_path / f"{name}.py"
        file.write_text(PLUGINS[name], encoding="utf-8")
        return file

    return written


def made(file: Path) -> Any:
    (contribution,) = contributions_of(file)
    return contribution


def test_there_is_an_optimizer_an_activation_a_data_source_and_a_tracker() -> None:
    hooks = {name: re.findall(r"^def (register_\w+)", block, re.MULTILINE) for name, block in PLUGINS.items()}

    assert hooks == {
        "cautious_momentum": ["register_optimizers"],
        "snake": ["register_activations"],
        "numpy_pictures": ["register_data_sources"],
        "epoch_file": ["register_trackers"],
    }
    assert sum("@hookimpl" in block for block in BLOCKS) == len(PLUGINS)


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_of_the_guide_passes_every_check_as_it_stands(name: str, write, registry: Registry) -> None:
    assert [check for check in check_plugin(write(name), registry) if not check.passed] == []


def test_the_optimizer_takes_the_steps_that_its_formula_says(write) -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0, 1.0]))
    optimizer = made(write("cautious_momentum")).create([weight], lr=0.1, momentum=0.5)
    for gradient in ([2.0, -2.0], [-0.5, 4.0]):
        weight.grad = torch.tensor(gradient)
        optimizer.step()

    # v = (2, -2), then (0.5, 3): the first of these goes against its gradient, -0.5, and waits.
    assert weight.tolist() == pytest.approx([1.0 - 0.2, 1.0 + 0.2 - 0.3])


def test_the_activation_has_the_values_that_its_formula_says(write) -> None:
    # sin^2 is 1 at a quarter of a turn and 0 at half of one.
    quarter, half = torch.pi / 4, torch.pi / 2
    values = made(write("snake")).create(a=2.0)(torch.tensor([quarter, half]))

    assert values.tolist() == pytest.approx([quarter + 0.5, half])


def test_the_data_source_reads_what_numpy_wrote(write, tmp_path: Path) -> None:
    grey = np.arange(4 * 6, dtype=np.uint8).reshape(2, 4, 3)
    np.savez(tmp_path / "two.npz", pictures=grey, labels=np.array(["no", "yes"]))
    np.savez(tmp_path / "bad.npz", pictures=grey.astype(np.float32), labels=np.array(["no", "yes"]))
    source = made(write("numpy_pictures"))

    samples = source.create(tmp_path / "two.npz")

    assert (samples.classes, samples.labels.tolist()) == (("no", "yes"), [0, 1])
    np.testing.assert_array_equal(samples.items[..., 2], grey)
    with pytest.raises(DataError, match='"pictures" must be uint8'):
        source.maker(tmp_path / "bad.npz")
    with pytest.raises(DataError, match=r"is no .npz file with the arrays"):
        source.maker(write("snake"))


def test_every_hook_is_told_with_what_it_returns_and_how_that_is_called() -> None:
    rows = {
        row[0]: row for row in (line.split(" | ") for line in GUIDE.splitlines() if line.startswith("| `register_"))
    }
    rows = {hook.strip("| `"): row for hook, row in rows.items()}

    assert set(rows) == {name for name in vars(hookspecs) if name.startswith("register_")}
    for kind in KINDS:
        returns, called = rows[kind.HOOK][1], rows[kind.HOOK][3]
        assert returns.startswith(f"`{kind.__name__}(name, ")
        given = re.findall(r"\((.*)\)", called)[0].split(", ")
        assert len([name for name in given if not name.startswith("**")]) == kind.GIVEN
        # The same words as the contribution's own docstring has.
        assert called.strip(" |`").partition("(")[2].split(", **")[0].rstrip(")") in inspect.getdoc(kind)


def test_every_field_and_option_of_a_contribution_is_told() -> None:
    common = {field.name for field in fields(Contribution)} - {"name"}
    of_optimizers = {field.name for field in fields(Optimizer)} - common - {"name", "factory"}

    assert [name for name in common if f"`{name}`" not in GUIDE] == []
    assert [name for name in of_optimizers if f"`{name}=" not in GUIDE] == []


def test_every_name_of_the_api_is_told_and_no_other() -> None:
    names = set(desktop_app.api.__all__)
    offered = GUIDE.partition("## What the API offers")[2].partition("\n## ")[0]
    cells = [line.split(" | ")[1] for line in offered.splitlines() if line.startswith("| ") and " | " in line]
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}

    assert told == names


def test_every_kind_and_command_of_the_guide_exists() -> None:
    assert [kind for kind in KIND_NAMES if f"`{kind}`" not in GUIDE] == []
    assert set(re.findall(r"downslope plugins (\w+)", GUIDE)) <= set(_ACTIONS)


def test_the_entry_point_of_the_guide_is_of_the_group_that_is_searched() -> None:
    from desktop_app.registry.discovery import GROUP

    (toml,) = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)

    assert tomllib.loads(toml)["project"]["entry-points"] == {GROUP: {"my_rule": "my_rules.my_rule"}}


def test_what_the_guide_tells_tests_to_import_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = [block for block in BLOCKS if "@hookimpl" not in block]
    names = re.findall(r"import (.+)", block)[0].split(", ")

    import desktop_app.registry.conformance as kit

    assert [name for name in names if name not in kit.__all__] == []
