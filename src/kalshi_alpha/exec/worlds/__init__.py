"""Live through truth worlds: ``python -m kalshi_alpha.exec.worlds``."""
