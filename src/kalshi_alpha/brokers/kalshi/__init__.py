"""Kalshi's own formats, read strictly into the core's values."""
