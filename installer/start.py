"""The frozen program's first file: what only a frozen program must see to, then the command line."""

import multiprocessing
import os
import sys
from collections.abc import MutableMapping

from desktop_app.command import main


def forget_bundled_libraries(environment: MutableMapping[str, str]) -> None:
    """Give other programs, such as the browser that shows a page of the help, their own libraries back.

    On Linux the boot loader sets ``LD_LIBRARY_PATH`` to the bundled libraries and keeps what was there beside it. This
    process has read it already.
    """
    before = environment.pop("LD_LIBRARY_PATH_ORIG", None)
    environment.pop("LD_LIBRARY_PATH", None)
    if before:
        environment["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    # A worker process is this program again: without this line each would open a window.
    multiprocessing.freeze_support()
    if sys.platform == "linux":
        forget_bundled_libraries(os.environ)
    sys.exit(main())
