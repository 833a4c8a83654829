"""A bundle is whole, is the same twice, replaces nothing but a bundle, and tells nothing of this machine."""

import errno
import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from desktop_app.engine.export.bundle import page as page_module
from desktop_app.engine.export.bundle import writing as writing_module
from desktop_app.engine.export.bundle.writing import write_bundle
from desktop_app.engine.run import Run
from desktop_app.errors import DataError, ExportError

ALWAYS = {
    *("MODEL_CARD.md", "README.md", "SHA256SUMS", "check.py", "model.onnx", "predict.py", "requirements.txt"),
    "sample/expected.json",
}


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("pictures", {"labels.txt", "labels.json", "sample/picture.png"}),
        ("table", {"labels.txt", "labels.json", "sample/row.csv", "cells.py"}),
        ("number", {"sample/row.csv", "cells.py"}),
    ],
)
def test_a_bundle_holds_everything_that_somebody_needs(kind, own, bundled):
    made = bundled(kind)
    folder = made.bundle.folder

    found = {name for name in names(folder) if not name.startswith(("web/", "triton/"))}

    assert found == ALWAYS | own
    assert (folder / "model.onnx").read_bytes() == made.exported.onnx.read_bytes()
    served = folder / "triton" / made.run.folder.name
    assert (served / "1" / "model.onnx").samefile(folder / "model.onnx")
    if "labels.txt" in own:
        assert (folder / "labels.txt").read_text(encoding="utf-8").splitlines() == list(made.run.classes)
        assert json.loads((folder / "labels.json").read_text(encoding="utf-8")) == list(made.run.classes)


def test_the_archive_holds_the_same_files_below_one_folder(bundled):
    bundle = bundled("pictures").bundle

    with zipfile.ZipFile(bundle.archive) as archive:
        inside = {entry.filename: archive.read(entry) for entry in archive.infolist()}

    assert bundle.archive == bundle.folder.with_name("bundle.zip")
    assert inside == {f"bundle/{name}": (bundle.folder / name).read_bytes() for name in names(bundle.folder)}


def test_every_file_is_in_the_list_of_sums(bundled):
    folder = bundled("table").bundle.folder

    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()

    listed = {line[66:]: line[:64] for line in lines}
    assert set(listed) == names(folder) - {"SHA256SUMS"}
    assert listed == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in listed}


def test_the_same_content_gives_the_same_archive_byte_for_byte_and_replaces_the_older_one(
    bundled, all_plugins, tmp_path
):
    made = bundled("table")
    first = write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)
    content = first.archive.read_bytes()
    (first.folder / "__pycache__").mkdir()  # left behind by check.py
    (first.folder / "__pycache__" / "predict.pyc").touch()

    again = write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

    assert again == first
    assert again.archive.read_bytes() == content == made.bundle.archive.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"bundle", "bundle.zip"}
    assert not (again.folder / "__pycache__").exists()


def test_nothing_in_a_bundle_tells_of_this_machine_or_who_took_the_picture(bundled):
    made = bundled("pictures")
    telling = [str(Path.home()), str(made.run.folder.parent), os.getcwd(), "Somebody's name", "/tmp"]

    own = [made.bundle.folder / name for name in names(made.bundle.folder) if "runtime/" not in name]

    found = [(file.name, text) for file in own for text in telling if text.encode() in file.read_bytes()]
    assert found == []


def test_progress_goes_up_to_the_end(bundled, all_plugins, tmp_path):
    made = bundled("table")
    told = []

    write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins, lambda *said: told.append(said))

    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert all(phase for phase, _ in told)


def test_without_the_runtime_there_is_no_page_and_the_readme_says_so(bundled, all_plugins, tmp_path, monkeypatch):
    made = bundled("table")
    monkeypatch.setattr(page_module, "_RUNTIME", ("is-not-there.wasm",))

    bundle = write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

    assert not bundle.page
    assert not (bundle.folder / "web").exists()
    assert "without its web page" in (bundle.folder / "README.md").read_text(encoding="utf-8")


class TestRefusals:
    def test_a_folder_that_is_no_bundle_is_left_alone(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "MODEL_CARD.md").write_text("# Somebody's own")

        with pytest.raises(ExportError, match=r"mine is not a bundle that could be replaced; choose an empty or a new"):
            write_bundle(made.run, made.exported, tmp_path / "mine", all_plugins)

        assert names(tmp_path) == {"mine/MODEL_CARD.md"}

    def test_a_bundle_with_a_file_of_somebodys_own_is_left_alone(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        shutil.copytree(made.bundle.folder, tmp_path / "bundle")
        (tmp_path / "bundle" / "answers.csv").write_text("mine")

        with pytest.raises(ExportError, match=r"holds answers\.csv, which is not the bundle's own and would be lost"):
            write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

        assert (tmp_path / "bundle" / "answers.csv").read_text() == "mine"

    def test_an_archive_that_is_no_bundles_is_left_alone(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as archive:
            archive.writestr("bundle/MODEL_CARD.md", "# Somebody's own")
        before = (tmp_path / "bundle.zip").read_bytes()

        with pytest.raises(ExportError, match=r"bundle\.zip is not the ZIP of a bundle"):
            write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

        assert (tmp_path / "bundle.zip").read_bytes() == before

    def test_a_place_that_is_no_folder_or_lies_in_none_is_refused(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        (tmp_path / "file").touch()
        (tmp_path / "link").symlink_to(made.bundle.folder, target_is_directory=True)

        for place in (tmp_path / "file", tmp_path / "file" / "bundle"):
            with pytest.raises(ExportError, match="file is not a folder; choose another place for the bundle"):
                write_bundle(made.run, made.exported, place, all_plugins)
        with pytest.raises(ExportError, match="link is a link; name the folder itself"):
            write_bundle(made.run, made.exported, tmp_path / "link", all_plugins)

    def test_a_full_disk_is_said_and_leaves_the_older_bundle(self, bundled, all_plugins, tmp_path, monkeypatch):
        made = bundled("table")
        older = write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)
        before = older.archive.read_bytes()

        def full(*_arguments):  # stands for a full disk, which cannot be had here
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(writing_module, "write_archive", full)

        with pytest.raises(ExportError, match=r"could not be written to .*bundle: No space left on device"):
            write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

        assert {path.name for path in tmp_path.iterdir()} == {"bundle", "bundle.zip"}
        assert older.archive.read_bytes() == before
        assert names(older.folder) == names(made.bundle.folder)

    def test_a_file_that_failed_its_comparison_is_not_bundled(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        (provider,) = made.exported.card.providers
        failed = provider.model_copy(update={"parity": provider.parity.model_copy(update={"passed": False})})
        card = made.exported.card.model_copy(update={"providers": (failed,)})

        with pytest.raises(ExportError, match="does not give the network's answers, so no bundle is made of it"):
            write_bundle(made.run, made.exported.model_copy(update={"card": card}), tmp_path / "bundle", all_plugins)

        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_was_changed_since_or_is_gone_is_not_bundled(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        changed = tmp_path / "model.onnx"
        changed.write_bytes(made.exported.onnx.read_bytes() + b"\0")
        exported = made.exported.model_copy(update={"onnx": changed})

        with pytest.raises(ExportError, match="is not the file that was compared with the network; export it again"):
            write_bundle(made.run, exported, tmp_path / "bundle", all_plugins)
        changed.unlink()
        with pytest.raises(ExportError, match="cannot be read"):
            write_bundle(made.run, exported, tmp_path / "bundle", all_plugins)

    def test_a_run_whose_data_is_gone_is_said_and_leaves_the_older_bundle(self, bundled, all_plugins, tmp_path):
        made = bundled("table")
        run_folder = tmp_path / "run"
        shutil.copytree(made.run.folder, run_folder)
        text = (run_folder / "experiment.toml").read_text()
        (run_folder / "experiment.toml").write_text(text.replace("orders.csv", "gone.csv"))
        write_bundle(made.run, made.exported, tmp_path / "bundle", all_plugins)

        with pytest.raises(DataError, match=r"gone\.csv"):
            write_bundle(Run.open(run_folder), made.exported, tmp_path / "bundle", all_plugins)

        assert {path.name for path in tmp_path.iterdir()} == {"run", "bundle", "bundle.zip"}
        assert names(tmp_path / "bundle") == names(made.bundle.folder)
