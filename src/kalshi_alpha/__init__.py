"""Forecast, price, size and quote Kalshi's macro and weather ladders as a maker."""
