"""``python -m desktop_app`` is ``downslope``; ``downslope-gui`` opens the window without a console."""

import sys

from desktop_app.command import main


def window_main() -> int:
    """Open the window, whatever the arguments are."""
    from desktop_app.command.window import open_window

    return open_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
