"""Broken: asks for the program's end while it is imported."""

import sys

sys.exit()
