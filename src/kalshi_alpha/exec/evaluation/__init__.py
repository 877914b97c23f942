"""Measuring forecasts on history: walk-forward scores, settlement replay, look-ahead proof."""
