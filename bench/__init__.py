"""Measurements of speed and size, each with the machine's raw limit beside it: `python -m bench --help`."""
