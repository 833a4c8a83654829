from __future__ import annotations

import gc

from pytestqt.qtbot import QtBot

from desktop_app.window.garbage import GarbageOnThisThread


def test_what_is_spared_is_not_looked_through_until_the_end(qtbot: QtBot) -> None:
    garbage = GarbageOnThisThread()
    garbage.spare_what_is_there()
    spared = gc.get_freeze_count()
    garbage.spare_what_is_there()

    assert spared > 10_000
    assert gc.get_freeze_count() <= spared
    garbage.end()
    assert gc.get_freeze_count() == 0
