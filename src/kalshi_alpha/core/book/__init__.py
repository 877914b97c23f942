"""A market's order book on integers, and the signals that are read off it."""
