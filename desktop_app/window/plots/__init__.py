"""Plots of series of numbers, drawn with pyqtgraph: never more points than a screen can show.

Read first: ``series_buffer.py`` (what is drawn), then ``live_plot.py`` (how).
"""
