"""Broken: ends the whole program while it is imported."""

import os

os._exit(3)
