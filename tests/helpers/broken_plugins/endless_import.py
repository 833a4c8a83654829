"""Broken: its import never ends."""

while True:
    pass
