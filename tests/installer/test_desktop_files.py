import configparser
import os
import shutil
import subprocess
import sys
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer import portable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="desktop entries and their script are Linux's")

# Registered main and additional categories: specifications.freedesktop.org/menu-spec
CATEGORIES = {"Education", "Science", "ArtificialIntelligence"}


def entry_of(file):
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str
    parser.read(file, encoding="utf-8")
    return parser


@pytest.fixture
def program(tmp_path, root):
    """A folder such as PyInstaller leaves behind, with a small script as the program, made complete."""
    folder = tmp_path / "unpacked" / "downslope"
    folder.mkdir(parents=True)
    (folder / "downslope").write_text("#!/bin/sh\necho started\n")
    (folder / "downslope").chmod(0o755)
    site = tmp_path / "site"
    shutil.copytree(root / "resources" / "icons", site / "desktop_app" / "resources" / "icons")
    licences = site / "downslope-0.0.dist-info" / "licenses"
    licences.mkdir(parents=True)
    shutil.copy(root / "LICENSE", licences)
    portable.add_desktop_files(folder, site)
    return folder


def install(program, home, *arguments):
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home)}
    return subprocess.run(
        ["sh", str(program / "install.sh"), *arguments], env=environment, capture_output=True, text=True, timeout=60
    )


def unescape(value):
    """Undo what every value of a desktop entry is subject to."""
    return value.replace("\\\\", "\0").replace("\\s", " ").replace("\0", "\\")


def program_of(value):
    """Return the program that an ``Exec`` names, read by the specification's rules for quotes and fields."""
    text, found, index = unescape(value), "", 1
    assert text[0] == '"'
    while text[index] != '"':
        index += text[index] == "\\"
        found += text[index]
        index += 1
    assert text[index + 1 :] == " %f"
    return found.replace("%%", "%")


def test_the_desktop_entry_has_what_the_specification_asks_for(root):
    parser = entry_of(root / "installer" / "linux" / "downslope.desktop")
    assert parser.sections() == ["Desktop Entry"]
    entry = parser["Desktop Entry"]
    assert (entry["Type"], entry["Name"], entry["Icon"], entry["Terminal"]) == (
        "Application",
        "Downslope",
        "downslope",
        "false",
    )
    assert entry["Exec"] == "downslope %f"
    for key in ("Categories", "Keywords", "MimeType"):
        assert entry[key].endswith(";")
    assert set(entry["Categories"].rstrip(";").split(";")) == CATEGORIES


def test_icons_lie_in_the_theme_by_size(program):
    theme = program / "share" / "icons" / "hicolor"
    assert sorted(file.relative_to(theme).as_posix() for file in theme.rglob("*.*")) == sorted(
        [f"{size}x{size}/apps/downslope.png" for size in (16, 24, 32, 48, 64, 128, 256, 512)]
        + ["scalable/apps/downslope.svg"]
    )


def test_the_script_adds_the_program_to_the_menu_and_takes_it_away_again(program, tmp_path):
    home = tmp_path / "a home"
    home.mkdir()
    done = install(program, home)
    assert done.returncode == 0, done.stderr
    entry = entry_of(home / ".local/share/applications/downslope.desktop")["Desktop Entry"]
    assert program_of(entry["Exec"]) == str(program / "downslope")
    assert unescape(entry["TryExec"]) == str(program / "downslope")
    assert (home / ".local/share/icons/hicolor/48x48/apps/downslope.png").is_file()
    assert subprocess.check_output([home / ".local/bin/downslope"], text=True) == "started\n"
    assert install(program, home, "--remove").returncode == 0
    assert [file for file in home.rglob("*") if not file.is_dir()] == []
    assert (program / "downslope").is_file()


def test_the_script_leaves_a_command_alone_that_somebody_else_put_there(program, tmp_path):
    command = tmp_path / "home" / ".local" / "bin" / "downslope"
    command.parent.mkdir(parents=True)
    command.write_text("mine")
    assert install(program, tmp_path / "home").returncode == 0
    assert install(program, tmp_path / "home", "--remove").returncode == 0
    assert command.read_text() == "mine"


def test_the_script_refuses_an_argument_that_it_does_not_know(program, tmp_path):
    done = install(program, tmp_path, "--delete")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--remove" in done.stderr


@settings(max_examples=25, deadline=None)
@given(name=st.text(st.sampled_from("a é'\"\\$`%&|;#()"), min_size=1, max_size=12).filter(lambda name: name.strip(" ")))
def test_the_entry_names_the_program_whatever_its_folder_is_called(name, root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked") / name
    (folder / "share" / "applications").mkdir(parents=True)
    (folder / "share" / "icons" / "hicolor").mkdir(parents=True)
    shutil.copy(root / "installer" / "linux" / "downslope.desktop", folder / "share" / "applications")
    shutil.copy(root / "installer" / "linux" / "install.sh", folder)
    home = tmp_path_factory.mktemp("home")
    done = install(folder, home)
    assert done.returncode == 0, done.stderr
    entry = entry_of(home / ".local/share/applications/downslope.desktop")["Desktop Entry"]
    assert program_of(entry["Exec"]) == str(folder / "downslope")
    assert unescape(entry["TryExec"]) == str(folder / "downslope")


def test_the_archive_unpacks_to_a_program_that_starts(program, tmp_path):
    (program / "link").symlink_to("downslope")
    archive = portable.pack(program, "1.2.3")
    assert archive.name.startswith("downslope-1.2.3-")
    assert [file.name for file in archive.parent.iterdir() if file.suffix == ".partial"] == []
    with tarfile.open(archive) as content:
        assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in content} == {(0, 0, "", "")}
        content.extractall(tmp_path / "there", filter="tar")
    (unpacked,) = (tmp_path / "there").iterdir()
    assert os.readlink(unpacked / "link") == "downslope"
    assert subprocess.check_output([unpacked / "downslope"], text=True) == "started\n"


def test_the_same_folder_gives_the_same_archive(program):
    first = portable.pack(program, "1").read_bytes()
    os.utime(program / "downslope", (1_000_000_000, 1_000_000_000))
    assert portable.pack(program, "1").read_bytes() == first
