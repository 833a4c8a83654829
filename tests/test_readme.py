import re
from pathlib import Path

import desktop_app
from desktop_app.registry import load_plugins

README = Path(__file__).parents[1] / "README.md"


def test_the_first_plugin_of_the_readme_is_found_as_it_stands_and_gives_its_numbers(tmp_path):
    import torch

    code = re.search(r"<!-- first plugin -->\n```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    (tmp_path / "squareplus.py").write_text(code[1], encoding="utf-8")
    registry = load_plugins(tmp_path)
    assert [record.error for record in registry.plugins if record.status != "ok"] == []
    squareplus = registry.activations["squareplus"].create()
    # (x + sqrt(x^2 + 4)) / 2 at -1.5, 0 and 1.5 is 0.5, 1 and 2.
    assert squareplus(torch.tensor([-1.5, 0.0, 1.5])).tolist() == [0.5, 1.0, 2.0]


def test_every_file_that_the_readme_links_to_is_there():
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", README.read_text(encoding="utf-8"))
    assert len(links) > 20
    assert [link for link in links if not (README.parent / link).exists()] == []


def test_the_experiment_of_the_readme_is_one(tmp_path):
    toml = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert toml is not None
    file = tmp_path / "stamps.toml"
    file.write_text(toml[1], encoding="utf-8")
    experiment = desktop_app.Experiment.load(file)
    assert experiment.name == "stamps"
    assert experiment.data.path == str(tmp_path / "photos")
    assert experiment.fine_tuning is not None
    assert experiment.fine_tuning.unfreeze_last == 3


def test_every_command_of_the_readme_exists():
    from desktop_app.command.line import COMMANDS

    named = set(re.findall(r"^downslope (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= set(COMMANDS)
    assert len(named) >= 8
