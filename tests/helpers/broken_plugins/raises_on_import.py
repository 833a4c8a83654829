"""Broken: raises while it is imported."""

raise ValueError("the moon is in the wrong quarter")
