"""Replaying what a market did: its tape, and what our orders would have met in it."""
