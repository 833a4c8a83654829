"""Dialogs that ask for a file or folder; they do not block, and are gone once answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def _dialog(parent: QWidget, title: str, kinds: str = "") -> QFileDialog:
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def choose_file(parent: QWidget, title: str, kinds: str, chosen: Callable[[Path], object]) -> None:
    """Ask for one file of ``kinds``, such as ``Tables (*.csv)``, and call ``chosen`` with it."""
    dialog = _dialog(parent, title, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda file: chosen(Path(file)))
    dialog.open()


def choose_files(parent: QWidget, title: str, kinds: str, chosen: Callable[[list[Path]], object]) -> None:
    """Ask for one file or several."""
    dialog = _dialog(parent, title, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda files: chosen([Path(file) for file in files]))
    dialog.open()


def choose_folder(parent: QWidget, title: str, chosen: Callable[[Path], object]) -> None:
    """Ask for a folder."""
    dialog = _dialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda folder: chosen(Path(folder)))
    dialog.open()


def choose_new_file(
    parent: QWidget, title: str, kinds: str, suffix: str, proposed: str, chosen: Callable[[Path], object]
) -> None:
    """Ask where to write a file."""
    dialog = _dialog(parent, title, kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(proposed)
    dialog.fileSelected.connect(lambda file: chosen(Path(file)))
    dialog.open()
