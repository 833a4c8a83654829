import importlib.util
from pathlib import Path, PurePosixPath

from desktop_app.registry.discovery import built_in_candidates
from installer import contents


def test_the_bundled_plugins_are_those_that_discovery_finds(root):
    discovered = [Path(candidate.origin) for candidate in built_in_candidates()]
    bundled = [Path(importlib.util.find_spec(name).origin) for name in contents.plugin_modules()]
    assert bundled == discovered


def test_every_plugin_file_of_the_checkout_is_bundled(root):
    files = {file.relative_to(root) for file in (root / "plugins").glob("*/*.py") if file.name != "__init__.py"}
    bundled = {Path(*name.split(".")[1:]).with_suffix(".py") for name in contents.plugin_modules()}
    assert bundled == files


def test_every_module_of_the_house_is_named_and_can_be_found(root):
    names = contents.house_modules(root / "desktop_app")
    assert {"desktop_app", "desktop_app.command.demo", "desktop_app.window.application"} <= set(names)
    assert len(names) == sum(1 for _ in (root / "desktop_app").rglob("*.py"))
    assert [name for name in names if importlib.util.find_spec(name) is None] == []


def test_plugins_and_resources_inside_the_wheel_are_not_taken_for_modules_of_the_house(tmp_path):
    package = tmp_path / "desktop_app"
    for name in (
        "__init__",
        "errors",
        "engine/__init__",
        "engine/loop",
        "plugins/optimizers/adam",
        "resources/icons/build",
    ):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / f"{name}.py").touch()
    assert contents.house_modules(package) == [
        "desktop_app",
        "desktop_app.engine",
        "desktop_app.engine.loop",
        "desktop_app.errors",
    ]


def test_the_standard_library_is_whole_but_for_its_tests_and_tk():
    names = set(contents.standard_library_modules())
    assert {"statistics", "wave", "xml.etree.ElementTree", "concurrent.futures.process", "cmath"} <= names
    assert not {name for name in names if name.split(".")[0] in ("_tkinter", "tkinter", "idlelib", "test", "turtle")}
    assert not {name for name in names if ".tests" in name or ".test." in name}


def test_what_is_bundled_by_name_can_be_found():
    names = contents.whole_packages()
    assert {"sklearn.datasets.data", "torchvision.ops", "onnxscript", "timm.models.efficientnet"} <= set(names)
    roots = {name: contents.package_folder(name) for name in contents.WHOLE_PACKAGES}
    for name in names:
        package = next(each for each in contents.WHOLE_PACKAGES if name == each or name.startswith(f"{each}."))
        file = roots[package].joinpath(*name.removeprefix(package).strip(".").split("."))
        assert file.with_suffix(".py").is_file() or (file / "__init__.py").is_file(), name


def test_files_exist_and_are_placed_inside_the_program(tmp_path):
    resource = tmp_path / "desktop_app" / "resources" / "sample" / "pictures.zip"
    resource.parent.mkdir(parents=True)
    resource.touch()
    (resource.parent / "__pycache__").mkdir()
    (resource.parent / "__pycache__" / "build.cpython-311.pyc").touch()
    placed = contents.resources(tmp_path / "desktop_app")
    assert placed == [(str(resource), "desktop_app/resources/sample")]
    for file, place in contents.package_data() + contents.libraries():
        assert Path(file).is_file()
        assert not PurePosixPath(place).is_absolute()
        assert ".." not in PurePosixPath(place).parts


def test_the_fonts_and_letters_of_formulas_are_bundled():
    placed = {(Path(file).suffix, place.partition("/")[0]) for file, place in contents.package_data()}
    assert {(".ttf", "ziamath"), (".ttf", "ziafont"), (".txt", "latex2mathml")} <= placed


def test_the_source_that_show_as_code_reads_is_bundled():
    taken = ("desktop_app.api.tensors", "desktop_app.errors", "desktop_app.plugins.initializers.he")
    for name in (*taken, "desktop_app.reading.tables"):
        assert any(f"{name}.".startswith(f"{kept}.") for kept in contents.WITH_SOURCE), name


def test_the_pretrained_weights_are_bundled():
    assert [file for file, _ in contents.package_data() if file.endswith(".pth")]


def test_libraries_lie_where_torch_looks_for_them(tmp_path):
    kept = ["cu13/lib/libcublas.so.13", "cudnn/lib/libcudnn_ops.so.9", "cu13/lib/libnvrtc-builtins.so.13.0"]
    left_out = [
        "cu13/lib/libcusolverMg.so.12",
        "cu13/lib/libnvrtc.alt.so.13",
        "cu13/include/cuda.h",
        "cu13/lib/libcudart.a",
    ]
    for name in kept + left_out:
        file = tmp_path / "nvidia" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = contents.nvidia_libraries(tmp_path)
    assert [file.relative_to(tmp_path / "nvidia").as_posix() for file in found] == sorted(kept)


def test_an_environment_without_cuda_has_no_cuda_libraries(tmp_path):
    assert contents.nvidia_libraries(tmp_path) == []
