"""Checks that a developer or an operator runs by hand."""
