import importlib.metadata

import pytest

from desktop_app import __version__
from installer import build, contents


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The project as a wheel, installed into a folder of its own: real pip, real setuptools, no network."""
    return build.install_wheel(tmp_path_factory.mktemp("build"))


def test_the_spec_is_python_that_takes_its_lists_from_contents(root):
    spec = root / "installer" / "downslope.spec"
    code = compile(spec.read_text(encoding="utf-8"), str(spec), "exec")
    asked = {name for name in code.co_names if hasattr(contents, name)}
    assert {"plugin_modules", "house_modules", "libraries", "resources", "EXCLUDED_MODULES"} <= asked


def test_the_wheel_holds_every_module_that_is_frozen(site, root):
    assert contents.house_modules(site / "desktop_app") == contents.house_modules(root / "desktop_app")
    for name in contents.plugin_modules():
        assert site.joinpath(*name.split(".")).with_suffix(".py").is_file(), name


def test_the_wheel_holds_every_resource(site, root):
    placed = contents.resources(site / "desktop_app")
    found = {f"{place}/{file.rpartition('/')[2]}" for file, place in placed}
    wanted = {
        f"desktop_app/{file.relative_to(root).as_posix()}"
        for file in (root / "resources").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert found == wanted


def test_the_wheel_installs_one_package_and_tells_nothing_of_the_machine(site):
    (metadata,) = site.glob("*.dist-info")
    assert {path.name for path in site.iterdir()} == {"bin", "desktop_app", "start.py", metadata.name}
    assert not (metadata / "direct_url.json").exists()
    scripts = importlib.metadata.Distribution.at(metadata).entry_points
    assert {entry.name for entry in scripts} >= {"downslope", "downslope-gui"}


def test_the_version_is_that_of_the_wheel(site):
    assert build.version(site) == __version__
