"""Runs of several steps in a fixed order, each logged."""
